// Command sdkgen writes the SDK of a Pulumi package from its schema, with the engine's own code generators, so that
// neither the pulumi CLI nor a language host is needed for it.
package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"

	golang "github.com/pulumi/pulumi/pkg/v3/codegen/go"
	"github.com/pulumi/pulumi/pkg/v3/codegen/nodejs"
	"github.com/pulumi/pulumi/pkg/v3/codegen/python"
	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"
)

const tool = "sdkgen"

// languages are the generators by the name that users give.
var languages = map[string]func(*schema.Package) (map[string][]byte, error){
	"nodejs": func(p *schema.Package) (map[string][]byte, error) {
		return nodejs.GeneratePackage(tool, p, nil, nil, false, nil)
	},
	"python": func(p *schema.Package) (map[string][]byte, error) { return python.GeneratePackage(tool, p, nil, nil) },
	"go":     func(p *schema.Package) (map[string][]byte, error) { return golang.GeneratePackage(tool, p, nil) },
}

type settings struct {
	schema, language, out string
	keep                  []string
}

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "sdkgen:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	given, err := parse(args)
	if err != nil {
		return err
	}
	pkg, err := load(given.schema)
	if err != nil {
		return err
	}
	files, err := languages[given.language](pkg)
	if err != nil {
		return fmt.Errorf("generating the %s SDK of %s: %w", given.language, given.schema, err)
	}
	written, removed, err := write(given.out, files, given.keep)
	if err != nil {
		return err
	}
	fmt.Printf("%s: %d files in %s (%d written, %d stale removed)\n",
		given.language, len(files), given.out, written, removed)
	return nil
}

func parse(args []string) (settings, error) {
	var given settings
	flags := flag.NewFlagSet(tool, flag.ContinueOnError)
	flags.StringVar(&given.schema, "schema", "", "the package's schema.json")
	flags.StringVar(&given.language, "language", "", "nodejs, python or go")
	flags.StringVar(&given.out, "out", "", "the SDK's folder; files in it that are not generated are removed")
	flags.Func("keep", "a file or folder of the SDK's folder that stays though not generated; may be repeated, "+
		"and take several separated by commas", func(value string) error {
		given.keep = append(given.keep, strings.Split(value, ",")...)
		return nil
	})
	if err := flags.Parse(args); err != nil {
		return given, err
	}
	if given.schema == "" || given.out == "" {
		return given, errors.New("usage: sdkgen --schema schema.json --language nodejs|python|go --out DIR [--keep FILE]...")
	}
	if languages[given.language] == nil {
		return given, fmt.Errorf("language %q is not one of nodejs, python, go", given.language)
	}
	return given, nil
}

// load reads and binds a schema; everything that the binder has to say is printed, errors and warnings.
func load(path string) (*schema.Package, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var spec schema.PackageSpec
	if err := json.Unmarshal(text, &spec); err != nil {
		return nil, fmt.Errorf("%s is no Pulumi package schema: %w", path, err)
	}
	pkg, diagnostics, err := schema.BindSpec(spec, nil, schema.ValidationOptions{})
	for _, diagnostic := range diagnostics {
		severity := "warning"
		if slices.Contains(diagnostics.Errs(), error(diagnostic)) {
			severity = "error"
		}
		fmt.Fprintf(os.Stderr, "%s: %s: %s\n", path, severity, diagnostic.Error())
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if diagnostics.HasErrors() {
		return nil, fmt.Errorf("%s has errors, so no SDK is written", path)
	}
	return pkg, nil
}
