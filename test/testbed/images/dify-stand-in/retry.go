package main

import (
	"errors"
	"time"
)

// permanent marks an error that a retry cannot fix, such as a refused password.
type permanent struct{ error }

func (fault permanent) Unwrap() error { return fault.error }

// retry repeats an attempt every second until it succeeds, fails with a permanent error, or failed `attempts` times.
func retry(what string, attempts int, attempt func() error) error {
	for tried := 1; ; tried++ {
		err := attempt()
		if err == nil {
			return nil
		}
		var final permanent
		if errors.As(err, &final) || tried == attempts {
			return err
		}
		logf("WARNING", "%s: %v. Trying again in 1.00 seconds... (%d/%d)", what, err, tried, attempts)
		time.Sleep(time.Second)
	}
}
