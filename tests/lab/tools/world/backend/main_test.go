package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"testing"
)

func TestAnswerHasTheFormOfTheImage(t *testing.T) {
	server := httptest.NewServer(hello("tea-7c9f"))
	defer server.Close()
	response, err := http.Get(server.URL + "/tea?x=1")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	form := regexp.MustCompile(`^Server address: 127\.0\.0\.1:\d+\nServer name: tea-7c9f\n` +
		`Date: \d\d/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d [+-]\d{4}\nURI: /tea\?x=1\nRequest ID: [0-9a-f]{32}\n$`)
	if !form.Match(body) || response.Header.Get("Content-Type") != "text/plain" {
		t.Errorf("%v\n%s", response.Header, body)
	}
}
