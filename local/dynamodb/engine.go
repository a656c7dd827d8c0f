package dynamodb

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// Engine is one of the databases that this package can start.
type Engine string

const (
	// Dynoxide stores its data with SQLite. It is one small binary and starts at
	// once. It does not exist for every system.
	Dynoxide Engine = "dynoxide"
	// Local is Amazon's DynamoDB Local. It needs Java.
	Local Engine = "dynamodb-local"
)

// EngineVariable is the environment variable with which a person chooses an
// engine.
const EngineVariable = "DB"

// Title returns the engine's name and version, for people.
func (e Engine) Title() string {
	if e == Dynoxide {
		return "Dynoxide " + DynoxideVersion
	}
	return "DynamoDB Local " + LocalVersion
}

// Other returns the other one of the two engines.
func (e Engine) Other() Engine {
	if e == Dynoxide {
		return Local
	}
	return Dynoxide
}

// file returns the file in which the engine stores all data of a folder.
func (e Engine) file(dataDir string) string {
	if e == Dynoxide {
		return filepath.Join(dataDir, "dynoxide.db")
	}
	return filepath.Join(dataDir, "shared-local-instance.db")
}

// holds reports whether a folder has data of the engine.
func (e Engine) holds(dataDir string) bool {
	if dataDir == "" {
		return false
	}
	_, err := os.Stat(e.file(dataDir))
	return err == nil
}

// program is an engine that is ready to start.
type program struct {
	engine Engine
	path   string
	args   func(port int, dataDir string) []string
}

// program finds the engine's program on this machine, or fetches it.
func (e Engine) program(ctx context.Context, o Options) (program, error) {
	if e == Dynoxide {
		path, err := fetchDynoxide(ctx, filepath.Join(o.Dir, string(e)), o.Log)
		return program{e, path, dynoxideArguments}, err
	}
	java, err := findJava(ctx)
	if err != nil {
		return program{}, err
	}
	lib, err := fetchLocal(ctx, filepath.Join(o.Dir, string(e)), o.Log)
	return program{e, java, func(port int, dataDir string) []string { return localArguments(lib, o.Java, port, dataDir) }}, err
}

// choose returns the program of the engine that was asked for, or else of
// Dynoxide. There are two exceptions for the latter: only DynamoDB Local has
// data in the folder, or Dynoxide has no binary.
func choose(ctx context.Context, o Options) (program, error) {
	switch {
	case o.Engine != "" && o.Engine != Dynoxide && o.Engine != Local:
		return program{}, fmt.Errorf("there is no database %q: choose %s=%s or %[2]s=%[4]s", o.Engine, EngineVariable, Dynoxide, Local)
	case o.Engine == "" && Local.holds(o.DataDir) && !Dynoxide.holds(o.DataDir):
		o.Log(fmt.Sprintf("the data in this folder is DynamoDB Local's, so DynamoDB Local starts (%s=%s starts without data)", EngineVariable, Dynoxide))
		return Local.program(ctx, o)
	}
	engine := cmp.Or(o.Engine, Dynoxide)
	if engine.Other().holds(o.DataDir) && !engine.holds(o.DataDir) {
		o.Log(fmt.Sprintf("the data in this folder is the other database's and stays unchanged; this one starts without data (back to the other: %s=%s)", EngineVariable, engine.Other()))
	}
	p, err := engine.program(ctx, o)
	if errors.Is(err, ErrNoBinary) && o.Engine == "" && !Dynoxide.holds(o.DataDir) {
		o.Log("Dynoxide has no binary for this system: DynamoDB Local takes its place")
		return Local.program(ctx, o)
	}
	return p, err
}
