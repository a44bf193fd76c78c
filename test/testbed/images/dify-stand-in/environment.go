package main

import (
	"fmt"
	"os"
	"strings"
)

// require fails if variables are missing or empty. The error names all of them.
func require(names ...string) error {
	var missing []string
	for _, name := range names {
		if os.Getenv(name) == "" {
			missing = append(missing, name)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	return fmt.Errorf("ValidationError: field required: %s", strings.Join(missing, ", "))
}

// env returns a variable, or its default if the variable is missing or empty.
func env(name, otherwise string) string {
	if value := os.Getenv(name); value != "" {
		return value
	}
	return otherwise
}

func enabled(name string) bool {
	switch strings.ToLower(os.Getenv(name)) {
	case "true", "1", "yes", "on":
		return true
	}
	return false
}
