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
	// Dynoxide keeps its data with SQLite. It is one small binary and starts at
	// once, where its authors built one for the system.
	Dynoxide Engine = "dynoxide"
	// Local is DynamoDB Local, Amazon's own. It needs Java.
	Local Engine = "dynamodb-local"
)

// EngineVariable is the variable by which a person asks for an engine.
const EngineVariable = "DB"

// Title names the engine and its version for people; as text it is the value of
// [EngineVariable].
func (e Engine) Title() string {
	if e == Dynoxide {
		return "Dynoxide " + DynoxideVersion
	}
	return "DynamoDB Local " + LocalVersion
}

// Other is the engine that this one is not.
func (e Engine) Other() Engine {
	if e == Dynoxide {
		return Local
	}
	return Dynoxide
}

// file is where the engine keeps all data of a folder.
func (e Engine) file(dataDir string) string {
	if e == Dynoxide {
		return filepath.Join(dataDir, "dynoxide.db")
	}
	return filepath.Join(dataDir, "shared-local-instance.db")
}

// holds tells whether a folder has data of the engine.
func (e Engine) holds(dataDir string) bool {
	if dataDir == "" {
		return false
	}
	_, err := os.Stat(e.file(dataDir))
	return err == nil
}

// program is an engine's program, ready to be started.
type program struct {
	engine Engine
	path   string
	args   func(port int, dataDir string) []string
}

// program finds or fetches what the engine needs on this machine.
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

// choose takes the engine that was asked for. If none was, it is Dynoxide, except
// where only DynamoDB Local has data in the folder, or Dynoxide has no binary.
func choose(ctx context.Context, o Options) (program, error) {
	switch {
	case o.Engine != "" && o.Engine != Dynoxide && o.Engine != Local:
		return program{}, fmt.Errorf("there is no database %q: choose %s=%s or %[2]s=%[4]s", o.Engine, EngineVariable, Dynoxide, Local)
	case o.Engine == "" && Local.holds(o.DataDir) && !Dynoxide.holds(o.DataDir):
		o.Log(fmt.Sprintf("the data in this folder is DynamoDB Local's, which goes on with it (%s=%s begins without it)", EngineVariable, Dynoxide))
		return Local.program(ctx, o)
	}
	engine := cmp.Or(o.Engine, Dynoxide)
	if engine.Other().holds(o.DataDir) && !engine.holds(o.DataDir) {
		o.Log(fmt.Sprintf("the data in this folder is the other database's and stays as it is; this one begins without it (back to it: %s=%s)", EngineVariable, engine.Other()))
	}
	p, err := engine.program(ctx, o)
	if errors.Is(err, ErrNoBinary) && o.Engine == "" && !Dynoxide.holds(o.DataDir) {
		o.Log("Dynoxide has no binary for this system: DynamoDB Local takes its place")
		return Local.program(ctx, o)
	}
	return p, err
}
