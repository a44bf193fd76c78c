package main

import (
	"net/url"
	"os"
)

// apiDatabase is the database of Dify's own tables, from the DB_* variables.
func apiDatabase() postgresTarget {
	extras, _ := url.ParseQuery(os.Getenv("DB_EXTRAS"))
	return postgresTarget{
		host:        os.Getenv("DB_HOST"),
		port:        env("DB_PORT", "5432"),
		user:        env("DB_USERNAME", "postgres"),
		password:    os.Getenv("DB_PASSWORD"),
		database:    env("DB_DATABASE", "dify"),
		sslMode:     defaultText(extras.Get("sslmode"), "prefer"),
		sslRootCert: extras.Get("sslrootcert"),
	}
}

// ask connects, runs one statement and disconnects.
func ask(target postgresTarget, statement string) ([][]string, error) {
	link, err := connectPostgres(target)
	if err != nil {
		return nil, err
	}
	defer link.close()
	return link.query(statement)
}

// onPostgres is false for MySQL and compatible databases. This stand-in does not support their protocol.
func onPostgres() bool { return env("DB_TYPE", "postgresql") == "postgresql" }
