package main

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// dataLink leads to the directory with the current files; the files' own names lead through it.
const dataLink = "..data"

// writeAtomically makes a directory hold exactly these files, all at once: programs that watch a mounted ConfigMap or
// Secret wait for dataLink to change.
func writeAtomically(dir string, files volumeFiles) error {
	current, _ := os.Readlink(filepath.Join(dir, dataLink))
	if current != "" && holds(filepath.Join(dir, current), files) {
		return nil
	}
	next, err := os.MkdirTemp(dir, "..")
	if err != nil {
		return err
	}
	if err := os.Chmod(next, 0o755); err != nil {
		return err
	}
	for path, file := range files {
		target := filepath.Join(next, path)
		if err := os.MkdirAll(filepath.Dir(target), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(target, []byte(file.content), file.mode); err != nil {
			return err
		}
	}
	link := filepath.Join(dir, dataLink+"_tmp")
	if err := os.Symlink(filepath.Base(next), link); err != nil {
		return err
	}
	if err := os.Rename(link, filepath.Join(dir, dataLink)); err != nil {
		return err
	}
	if err := linkNames(dir, files); err != nil || current == "" {
		return err
	}
	return os.RemoveAll(filepath.Join(dir, current))
}

func holds(dir string, files volumeFiles) bool {
	found := 0
	err := filepath.WalkDir(dir, func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		if name, _ := filepath.Rel(dir, path); err == nil && files[name].content == string(content) {
			found++
			return nil
		}
		return os.ErrInvalid
	})
	return err == nil && found == len(files)
}

// linkNames makes a link for the first element of each path and removes those of files that are gone.
func linkNames(dir string, files volumeFiles) error {
	wanted := map[string]bool{}
	for path := range files {
		first, _, _ := strings.Cut(path, "/")
		wanted[first] = true
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, entry := range entries {
		switch name := entry.Name(); {
		case strings.HasPrefix(name, ".."):
		case wanted[name]:
			delete(wanted, name)
		default:
			if err := os.Remove(filepath.Join(dir, name)); err != nil {
				return err
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(wanted)) {
		if err := os.Symlink(filepath.Join(dataLink, name), filepath.Join(dir, name)); err != nil {
			return err
		}
	}
	return nil
}
