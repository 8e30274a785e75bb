package main

import (
	"context"
	"errors"
	"testing"
	"time"
)

type answers []error

func (a *answers) Check(context.Context) error {
	next := (*a)[0]
	if len(*a) > 1 {
		*a = (*a)[1:]
	}
	return next
}

func TestAwaitAPI(t *testing.T) {
	refused := errors.New(`Post "https://webhook": dial tcp: connect: connection refused`)
	for name, test := range map[string]struct {
		answers answers
		bound   time.Duration
		ready   bool
	}{
		"at once":        {answers{nil}, 0, true},
		"one try only":   {answers{refused, nil}, 0, false},
		"after a while":  {answers{refused, refused, nil}, time.Minute, true},
		"not in time":    {answers{refused}, 20 * time.Millisecond, false},
		"one that waits": {answers{nil}, time.Minute, true},
	} {
		if err := awaitAPI(t.Context(), &test.answers, test.bound, time.Millisecond); (err == nil) != test.ready {
			t.Errorf("%s: %v", name, err)
		}
	}
}
