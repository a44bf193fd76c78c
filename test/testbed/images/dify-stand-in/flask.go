package main

import (
	"fmt"
	"os"
	"strings"
)

// flaskCommand answers the subcommands of Dify's API image that an operator runs in it.
func flaskCommand(args []string) int {
	self, err := readIdentity()
	if err == nil {
		switch strings.Join(args, " ") {
		case "upgrade-db":
			err = migrate(self.Version)
		case "db current":
			err = printCurrent(self.Version)
		case "db heads":
			printHeads(self.Version)
		default:
			fmt.Fprintf(os.Stderr, "Usage: flask [OPTIONS] COMMAND [ARGS]...\n\nError: No such command '%s'.\n", strings.Join(args, " "))
			return 2
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

func printHeads(version string) {
	fmt.Printf("%s (head)\n", revision(version))
	if other := os.Getenv("STAND_IN_HEAD"); other != "" {
		fmt.Printf("%s (head)\n", other)
	}
}

func printCurrent(version string) error {
	rows, err := ask(apiDatabase(), "SELECT version_num FROM alembic_version")
	if isMissingTable(err) {
		return nil
	}
	for _, row := range rows {
		head := ""
		if row[0] == revision(version) {
			head = " (head)"
		}
		fmt.Println(row[0] + head)
	}
	return err
}
