package main

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// tables are the tables and columns of Dify that tools of operators may read.
const tables = `
CREATE TABLE IF NOT EXISTS alembic_version (version_num varchar(32) PRIMARY KEY);
CREATE TABLE IF NOT EXISTS dify_stand_in_release (version text PRIMARY KEY);
CREATE TABLE IF NOT EXISTS dify_setups (version varchar(255) PRIMARY KEY, setup_at timestamp NOT NULL DEFAULT now());
CREATE TABLE IF NOT EXISTS tenants (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), name varchar(255) NOT NULL,
  encrypt_public_key text, created_at timestamp NOT NULL DEFAULT now());
CREATE TABLE IF NOT EXISTS accounts (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), name varchar(255) NOT NULL,
  email varchar(255) NOT NULL, created_at timestamp NOT NULL DEFAULT now());`

// migrate does what `flask upgrade-db` does, and prints the same lines: one process migrates under a lock in Redis, the
// others skip the migration and continue.
func migrate(version string) error {
	fmt.Println("Preparing database migration...")
	lock, err := cacheRedis()
	if err != nil {
		return err
	}
	defer lock.close()
	taken, err := lock.do("SET", "db_upgrade_lock", "1", "NX", "EX", "60")
	if err != nil {
		return err
	}
	if len(taken) == 0 {
		fmt.Println("Database migration skipped")
		return nil
	}
	defer lock.do("DEL", "db_upgrade_lock")
	fmt.Println("Starting database migration.")
	if err := upgradeSchema(version); err != nil {
		fmt.Printf("Database migration failed: %v\n", err)
		return err
	}
	fmt.Println("Database migration successful!")
	return nil
}

func upgradeSchema(version string) error {
	link, err := connectPostgres(apiDatabase())
	if err != nil {
		return err
	}
	defer link.close()
	if _, err := link.query(tables); err != nil {
		return err
	}
	present, err := link.query("SELECT version FROM dify_stand_in_release")
	if err != nil {
		return err
	}
	for _, row := range present {
		if newer(row[0], version) {
			return fmt.Errorf("Can't locate revision identified by '%s'", revision(row[0]))
		}
	}
	_, err = link.query(fmt.Sprintf(`BEGIN; DELETE FROM alembic_version; INSERT INTO alembic_version VALUES (%s);
DELETE FROM dify_stand_in_release; INSERT INTO dify_stand_in_release VALUES (%s); COMMIT`,
		literal(revision(version)), literal(version)))
	return err
}

// revision is the Alembic revision of a release.
func revision(version string) string {
	return fmt.Sprintf("%x", sha256.Sum256([]byte("dify "+version)))[:12]
}

// newer compares two releases, one number after the other.
func newer(one, other string) bool {
	left, right := strings.Split(one, "."), strings.Split(other, ".")
	for index := range min(len(left), len(right)) {
		a, _ := strconv.Atoi(left[index])
		b, _ := strconv.Atoi(right[index])
		if a != b {
			return a > b
		}
	}
	return len(left) > len(right)
}

// isMissingTable is true if the database was never migrated.
func isMissingTable(err error) bool {
	var fault postgresError
	return errors.As(err, &fault) && fault.code == "42P01"
}
