package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// write brings a folder to the generated files. A file that is right already is not touched, so that builds over the
// SDK stay warm.
func write(out string, files map[string][]byte, keep []string) (written, removed int, err error) {
	if _, err := os.Stat(filepath.Join(out, ".git")); err == nil {
		return 0, 0, fmt.Errorf("%s is the root of a repository; --out must be a folder of the SDK alone", out)
	}
	removed, err = removeStale(out, files, keep)
	if err != nil {
		return 0, 0, err
	}
	for name, content := range files {
		path := filepath.Join(out, filepath.FromSlash(name))
		if before, err := os.ReadFile(path); err == nil && bytes.Equal(before, content) {
			continue
		}
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return written, removed, err
		}
		if err := os.WriteFile(path, content, 0o644); err != nil {
			return written, removed, err
		}
		written++
	}
	return written, removed, nil
}

// removeStale deletes what a former schema left behind, and folders that are empty then.
func removeStale(out string, files map[string][]byte, keep []string) (int, error) {
	var stale, folders []string
	err := filepath.WalkDir(out, func(path string, entry fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil || path == out {
			return err
		}
		relative, err := filepath.Rel(out, path)
		if err != nil {
			return err
		}
		name := filepath.ToSlash(relative)
		switch {
		case slices.ContainsFunc(keep, func(k string) bool { return name == strings.Trim(k, "/") }):
			if entry.IsDir() {
				return fs.SkipDir
			}
		case entry.IsDir():
			folders = append(folders, path)
		case files[name] == nil:
			stale = append(stale, path)
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	for _, path := range stale {
		if err := os.Remove(path); err != nil {
			return 0, err
		}
	}
	slices.Reverse(folders)
	for _, folder := range folders {
		// Only an empty folder can be removed so; the others are in use.
		_ = os.Remove(folder)
	}
	return len(stale), nil
}
