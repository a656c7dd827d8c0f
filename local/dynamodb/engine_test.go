package dynamodb

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestChoose(t *testing.T) {
	tests := []struct {
		name   string
		asked  Engine
		data   []Engine // the engines with data in the folder
		absent bool     // there is no binary of Dynoxide
		want   Engine
		says   string // part of the log line or of the error
	}{
		{name: "nothing is asked", want: Dynoxide},
		{name: "Dynoxide is asked", asked: Dynoxide, want: Dynoxide},
		{name: "DynamoDB Local is asked", asked: Local, want: Local},
		{name: "another is asked", asked: "postgres", says: `no database "postgres": choose DB=dynoxide or DB=dynamodb-local`},
		{name: "data of DynamoDB Local", data: []Engine{Local}, want: Local, says: "so DynamoDB Local starts"},
		{name: "data of DynamoDB Local, and Dynoxide is asked", asked: Dynoxide, data: []Engine{Local}, want: Dynoxide, says: "starts without data (back to the other: DB=dynamodb-local)"},
		{name: "data of Dynoxide, and DynamoDB Local is asked", asked: Local, data: []Engine{Dynoxide}, want: Local, says: "starts without data"},
		{name: "data of Dynoxide", data: []Engine{Dynoxide}, want: Dynoxide},
		{name: "data of both", data: []Engine{Dynoxide, Local}, want: Dynoxide},
		{name: "no binary", absent: true, want: Local, says: "takes its place"},
		{name: "no binary, and Dynoxide is asked", asked: Dynoxide, absent: true, says: "DB=dynamodb-local"},
		{name: "no binary, and data of Dynoxide", data: []Engine{Dynoxide}, absent: true, says: "no binary"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			o, said := Options{Dir: t.TempDir(), DataDir: t.TempDir(), Engine: test.asked}, []string{}
			o.Log = func(line string) { said = append(said, line) }
			fetched(t, o.Dir, !test.absent)
			for _, engine := range test.data {
				if err := os.WriteFile(engine.file(o.DataDir), nil, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			p, err := choose(t.Context(), o)
			if (err != nil) != (test.want == "") || err == nil && p.engine != test.want {
				t.Fatalf("got %v, %v; want %v", p.engine, err, test.want)
			}
			if err != nil {
				said = append(said, err.Error())
			}
			said = slices.DeleteFunc(said, func(line string) bool { return strings.HasPrefix(line, "fetching") })
			if text := strings.Join(said, "; "); !strings.Contains(text, test.says) || test.says == "" && text != "" {
				t.Errorf("said %q, want %q", text, test.says)
			}
		})
	}
}

// fetched makes a folder with DynamoDB Local and perhaps Dynoxide. It sets PATH
// to a folder with a java, and an npm that finds no package.
func fetched(t *testing.T, dir string, dynoxide bool) {
	t.Helper()
	fakeNPM(t, noPackage)
	bin := strings.Split(os.Getenv("PATH"), ":")[0]
	err := os.WriteFile(filepath.Join(bin, "java"), []byte("#!/bin/sh\necho 'openjdk version \"17\"' >&2\n"), 0o755)
	folders := []string{filepath.Join(dir, string(Local), "lib-"+LocalVersion)}
	if dynoxide {
		folders = append(folders, filepath.Join(dir, string(Dynoxide), DynoxideVersion))
	}
	for _, folder := range folders {
		err = errors.Join(err, os.MkdirAll(folder, 0o755), os.WriteFile(filepath.Join(folder, "dynoxide"), []byte("x"), 0o755), stamp(folder))
	}
	if err != nil {
		t.Fatal(err)
	}
}
