package main

import (
	"errors"
	"time"
)

// permanent marks a fault that time does not heal, such as a refused password.
type permanent struct{ error }

func (fault permanent) Unwrap() error { return fault.error }

// retry repeats an attempt each second until it succeeds, fails for good, or has been tried so often.
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
