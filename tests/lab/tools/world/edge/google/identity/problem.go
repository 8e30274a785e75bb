package identity

import "net/http"

// Problem is a refusal in Google's terms; the APIs put it into their envelopes.
type Problem struct {
	Code int
	// Status is the canonical code, such as NOT_FOUND; Reason the older APIs' word for it, such as notFound.
	Status, Reason string
	Message        string
	// Permission is set when one was missing.
	Permission string
}

func (p *Problem) Error() string { return p.Message }

// NotFound is said of what does not exist.
func NotFound(message string) *Problem {
	return &Problem{Code: http.StatusNotFound, Status: "NOT_FOUND", Reason: "notFound", Message: message}
}

// AlreadyExists is said of names that are taken.
func AlreadyExists(message string) *Problem {
	return &Problem{Code: http.StatusConflict, Status: "ALREADY_EXISTS", Reason: "alreadyExists", Message: message}
}

// Invalid is said of malformed arguments.
func Invalid(message string) *Problem {
	return &Problem{Code: http.StatusBadRequest, Status: "INVALID_ARGUMENT", Reason: "badRequest", Message: message}
}

// Precondition is said of requests that the present state does not allow.
func Precondition(message string) *Problem {
	return &Problem{Code: http.StatusBadRequest, Status: "FAILED_PRECONDITION", Reason: "failedPrecondition", Message: message}
}

// Stale is said of a policy that changed since it was read.
func Stale() *Problem {
	return &Problem{
		Code: http.StatusConflict, Status: "ABORTED", Reason: "aborted",
		Message: "There were concurrent policy changes. Please retry the whole read-modify-write with exponential backoff.",
	}
}
