package main

import (
	"encoding/json"
	"fmt"
	"os"
)

// identity is the component and the version of the image.
type identity struct {
	Component string `json:"component"`
	// Version is the tag of the image.
	Version string `json:"version"`
}

const identityFile = "/etc/dify-stand-in.json"

func readIdentity() (identity, error) {
	var self identity
	content, err := os.ReadFile(identityFile)
	if err != nil {
		return self, err
	}
	if err := json.Unmarshal(content, &self); err != nil {
		return self, fmt.Errorf("%s: %w", identityFile, err)
	}
	return self, nil
}
