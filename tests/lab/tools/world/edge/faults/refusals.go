package faults

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
)

// Google writes the envelope of Google's APIs.
func Google(w http.ResponseWriter, status int) {
	names := map[int][3]string{
		http.StatusTooManyRequests:     {"RESOURCE_EXHAUSTED", "rateLimitExceeded", "Quota exceeded."},
		http.StatusForbidden:           {"PERMISSION_DENIED", "forbidden", "Forbidden"},
		http.StatusNotFound:            {"NOT_FOUND", "notFound", "Not Found"},
		http.StatusInternalServerError: {"INTERNAL", "backendError", "Internal error encountered."},
	}
	name, ok := names[status]
	if !ok {
		name = [3]string{"UNAVAILABLE", "backendError", "The service is currently unavailable."}
	}
	write(w, status, "application/json; charset=UTF-8", map[string]any{"error": map[string]any{
		"code": status, "message": name[2], "status": name[0],
		"errors": []any{map[string]string{"message": name[2], "domain": "global", "reason": name[1]}},
	}})
}

// GoogleToken writes the error of Google's token endpoint.
func GoogleToken(w http.ResponseWriter, status int) {
	name := "internal_failure"
	if status == http.StatusTooManyRequests {
		name = "rate_limit_exceeded"
	}
	write(w, status, "application/json; charset=utf-8", map[string]string{"error": name, "error_description": http.StatusText(status)})
}

// Cloudflare writes the envelope of Cloudflare's API.
func Cloudflare(w http.ResponseWriter, status int) {
	code, text := 10013, "An unknown error has occurred."
	if status == http.StatusTooManyRequests {
		code, text = 971, "Please wait and consider throttling your request speed"
	}
	write(w, status, "application/json", map[string]any{
		"success": false, "result": nil, "messages": []any{}, "errors": []any{map[string]any{"code": code, "message": text}},
	})
}

// ACME writes a problem document (RFC 8555, 6.7).
func ACME(w http.ResponseWriter, status int) {
	kind, detail := "serverInternal", "The service is down for maintenance or had an internal error."
	switch {
	case status == http.StatusTooManyRequests:
		kind, detail = "rateLimited", "too many requests; see https://letsencrypt.org/docs/rate-limits/"
	case status == http.StatusForbidden:
		kind, detail = "unauthorized", "The account is not authorized."
	case status < http.StatusInternalServerError:
		kind, detail = "malformed", "The request message was malformed."
	}
	write(w, status, "application/problem+json", map[string]any{
		"type": "urn:ietf:params:acme:error:" + kind, "detail": detail, "status": status,
	})
}

// Plain writes a line of text.
func Plain(w http.ResponseWriter, status int) {
	http.Error(w, fmt.Sprintf("%d %s", status, http.StatusText(status)), status)
}

func write(w http.ResponseWriter, status int, contentType string, value any) {
	w.Header().Set("Content-Type", contentType)
	w.WriteHeader(status)
	if err := json.NewEncoder(w).Encode(value); err != nil {
		slog.Debug("refusal lost", "error", err)
	}
}
