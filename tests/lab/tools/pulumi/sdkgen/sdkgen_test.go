package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const sample = `{
  "name": "sample", "version": "1.2.3",
  "resources": {"sample:index:Thing": {
    "inputProperties": {"size": {"type": "integer"}}, "properties": {"size": {"type": "integer"}}
  }}
}`

func TestEveryLanguage(t *testing.T) {
	file := filepath.Join(t.TempDir(), "schema.json")
	if err := os.WriteFile(file, []byte(sample), 0o600); err != nil {
		t.Fatal(err)
	}
	for language, want := range map[string]string{
		"nodejs": "thing.ts", "python": "pulumi_sample/thing.py", "go": "sample/thing.go",
	} {
		out := t.TempDir()
		stale, kept := filepath.Join(out, "old", "stale.txt"), filepath.Join(out, "notes", "kept.txt")
		for _, path := range []string{stale, kept} {
			if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, nil, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		args := []string{"--schema", file, "--language", language, "--out", out, "--keep", "notes"}
		if err := run(args); err != nil {
			t.Fatalf("%s: %v", language, err)
		}
		for path, there := range map[string]bool{
			filepath.Join(out, want): true, kept: true, stale: false, filepath.Dir(stale): false,
		} {
			if _, err := os.Stat(path); (err == nil) != there {
				t.Errorf("%s: %s there: %v, want %v", language, path, err == nil, there)
			}
		}
	}
}

func TestRefusals(t *testing.T) {
	dir := t.TempDir()
	broken := filepath.Join(dir, "broken.json")
	text := strings.Replace(sample, `"type": "integer"`, `"$ref": "#/types/sample:index:None"`, 1)
	if err := os.WriteFile(broken, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{
		{},
		{"--schema", broken, "--language", "cobol", "--out", dir},
		{"--schema", filepath.Join(dir, "none.json"), "--language", "go", "--out", dir},
		{"--schema", broken, "--language", "go", "--out", filepath.Join(dir, "sdk")},
	} {
		if err := run(args); err == nil {
			t.Errorf("%q must be an error", args)
		}
	}
}
