package main

import (
	"fmt"
	"os"
	"path/filepath"
)

// storageRoot is the folder of uploaded files and of the keys of tenants, or "" if a bucket stores them.
func storageRoot() string {
	const home = "/app/api"
	root := ""
	switch env("STORAGE_TYPE", "opendal") {
	case "opendal":
		if env("OPENDAL_SCHEME", "fs") != "fs" {
			return ""
		}
		root = env("OPENDAL_FS_ROOT", "storage")
	case "local":
		root = env("STORAGE_LOCAL_PATH", "storage")
	default:
		return ""
	}
	if filepath.IsAbs(root) {
		return root
	}
	return filepath.Join(home, root)
}

// prepareStorage fails if the user of this process cannot write to the folder of the keys of tenants.
func prepareStorage() error {
	root := storageRoot()
	if root == "" {
		return nil
	}
	folder := filepath.Join(root, "privkeys")
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return fmt.Errorf("PermissionDenied (persistent) at write, uid %d: %w", os.Getuid(), err)
	}
	probe, err := os.CreateTemp(folder, ".probe")
	if err != nil {
		return fmt.Errorf("PermissionDenied (persistent) at write, uid %d: %w", os.Getuid(), err)
	}
	probe.Close()
	return os.Remove(probe.Name())
}

// storeTenantKey writes the key that protects the credentials of a tenant, as Dify does when it creates a tenant.
func storeTenantKey(tenant string) error {
	root := storageRoot()
	if root == "" {
		return nil
	}
	folder := filepath.Join(root, "privkeys", tenant)
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(folder, "private.pem"), []byte("a stand-in's private key\n"), 0o644)
}
