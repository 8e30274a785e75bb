// Package rest makes JSON requests, and makes them again where the API was busy or broken for a moment.
package rest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"
)

// Client asks one API. The proxy and the trust in it come from the environment, as for every Go program.
type Client struct {
	HTTP *http.Client
	// Authorize adds the credentials to a request.
	Authorize func(*http.Request) error
	// Retry bounds the waiting for an API that is busy (429) or broken (5xx).
	Retry     Retry
	UserAgent string
}

// Retry says how long is waited for a better answer: at most For in all, with pauses that grow from First.
type Retry struct {
	First time.Duration
	For   time.Duration
}

const largestPause = 10 * time.Second

// Error is an answer that is none of success.
type Error struct {
	Method, URL string
	Status      int
	Body        []byte
}

func (e *Error) Error() string {
	return fmt.Sprintf("%s %q: %d %s %s", e.Method, e.URL, e.Status, http.StatusText(e.Status), bytes.TrimSpace(e.Body))
}

// IsStatus says whether an error is an answer with that status.
func IsStatus(err error, status int) bool {
	var answer *Error
	return errors.As(err, &answer) && answer.Status == status
}

// Do sends body as JSON, if there is one, and reads the answer into result, if there is one.
func (c *Client) Do(ctx context.Context, method, url string, body, result any) error {
	var payload []byte
	if body != nil {
		var err error
		if payload, err = json.Marshal(body); err != nil {
			return err
		}
	}
	until, pause := time.Now().Add(c.Retry.For), c.Retry.First
	for {
		answer, wait, err := c.once(ctx, method, url, payload)
		if err == nil {
			return decode(answer, result, method, url)
		}
		wait = max(wait, pause)
		if !isPassing(err) || ctx.Err() != nil || time.Now().Add(wait).After(until) {
			return err
		}
		if err := Sleep(ctx, wait); err != nil {
			return err
		}
		pause = min(2*pause, largestPause)
	}
}

func decode(answer []byte, result any, method, url string) error {
	if result == nil || len(answer) == 0 {
		return nil
	}
	if err := json.Unmarshal(answer, result); err != nil {
		return fmt.Errorf("%s %q: the answer is not the JSON that was expected: %w", method, url, err)
	}
	return nil
}

// once gives the answer's body, or how long to wait at least before the next try.
func (c *Client) once(ctx context.Context, method, url string, payload []byte) ([]byte, time.Duration, error) {
	req, err := http.NewRequestWithContext(ctx, method, url, bytes.NewReader(payload))
	if err != nil {
		return nil, 0, err
	}
	req.Header.Set("User-Agent", c.UserAgent)
	if payload != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if err := c.Authorize(req); err != nil {
		return nil, 0, err
	}
	res, err := c.HTTP.Do(req)
	if err != nil {
		return nil, 0, err
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(res.Body, 16<<20))
	if err != nil {
		return nil, 0, err
	}
	if res.StatusCode >= http.StatusMultipleChoices {
		return nil, retryAfter(res), &Error{Method: method, URL: url, Status: res.StatusCode, Body: answer}
	}
	return answer, 0, nil
}

func retryAfter(res *http.Response) time.Duration {
	seconds, err := strconv.Atoi(res.Header.Get("Retry-After"))
	if err != nil || seconds < 0 {
		return 0
	}
	return time.Duration(seconds) * time.Second
}

// isPassing tells a busy or broken API from an answer that will stay, and from one that cannot be had at all.
func isPassing(err error) bool {
	var answer *Error
	if !errors.As(err, &answer) {
		return false
	}
	return answer.Status == http.StatusTooManyRequests || answer.Status >= http.StatusInternalServerError
}

// Sleep waits, or ends with the operation.
func Sleep(ctx context.Context, pause time.Duration) error {
	select {
	case <-time.After(pause):
		return nil
	case <-ctx.Done():
		return errors.New("the operation was cancelled")
	}
}
