package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"projectchat/local/gateway"
	locallambda "projectchat/local/lambda"
	"projectchat/local/template"
)

// functions are the functions that the routes need.
type functions struct {
	invokers map[string]gateway.Invoker
	local    []*locallambda.Function
	scratch  string
	// where says where each function runs, for the list at the start.
	where map[string]string
}

// newFunctions makes the functions. No process starts before the first event.
func newFunctions(o options, t *template.Template, env environment, scratch string, log *console) (*functions, error) {
	f := &functions{invokers: map[string]gateway.Invoker{}, where: map[string]string{}, scratch: scratch}
	if err := knownFunctions(o, t); err != nil {
		return nil, err
	}
	var remote *locallambda.Remote
	if o.lambda != "" {
		var err error
		remote, err = locallambda.NewRemote(o.lambda, func(line string) { log.say("%s", line) })
		if err != nil {
			return nil, fmt.Errorf("-lambda: %w", err)
		}
	}
	for _, id := range usedFunctions(t) {
		declared := t.Functions[id]
		if _, own := o.bootstraps[id]; remote != nil && !own {
			f.invokers[id], f.where[id] = boundedInvoker{remote.Function(id), declared}, "at "+o.lambda
			continue
		}
		if err := f.addLocal(o, declared, env, log); err != nil {
			return nil, fmt.Errorf("%s: %w", id, err)
		}
	}
	return f, nil
}

// knownFunctions rejects flags for functions that the template does not have.
func knownFunctions(o options, t *template.Template) error {
	for _, id := range slices.Sorted(maps.Keys(o.bootstraps)) {
		if _, ok := t.Functions[id]; !ok {
			return fmt.Errorf("-bootstrap %s: the template has no function of this name", id)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(o.env)) {
		if id, _, ok := strings.Cut(name, "."); ok && t.Functions[id].LogicalID == "" {
			return fmt.Errorf("-env %s: the template has no function %s", name, id)
		}
	}
	return nil
}

func (f *functions) addLocal(o options, declared template.Function, env environment, log *console) error {
	id := declared.LogicalID
	command, dir, err := findCode(o, declared, f.scratch)
	if err != nil {
		return err
	}
	variables, missing := env.of(declared)
	for _, name := range slices.Sorted(maps.Keys(missing)) {
		log.say("note       %s has no %s: %s (set it with -env %s=…)", id, name, missing[name], name)
	}
	function, err := locallambda.New(locallambda.Config{
		Name: declared.Name, Command: command, Dir: dir,
		Handler: declared.Handler, Runtime: declared.Runtime,
		Timeout: declared.Timeout, MemoryMB: declared.MemoryMB,
		Region: env.region, Environment: variables,
		Output: func(line string) { log.say("%s | %s", id, line) },
		Event:  func(what string) { log.say("%s: %s", id, what) },
	})
	if err != nil {
		return err
	}
	f.local = append(f.local, function)
	f.invokers[id], f.where[id] = function, command[len(command)-1]
	if len(command) > 1 {
		f.where[id] = command[0] + " " + filepath.Join(dir, declared.Handler)
	}
	return nil
}

// findCode returns the program of a function and the folder to run it in.
func findCode(o options, declared template.Function, scratch string) (command []string, dir string, err error) {
	if path, ok := o.bootstraps[declared.LogicalID]; ok {
		path, err = filepath.Abs(path)
		if err == nil {
			_, err = os.Stat(path)
		}
		return []string{path}, filepath.Dir(path), err
	}
	var problems []error
	for _, dir := range folders(o, declared) {
		dir, err := filepath.Abs(dir)
		if err != nil {
			return nil, "", err
		}
		command, err := locallambda.Command(dir, declared.Runtime, scratch)
		if err == nil {
			return command, dir, nil
		}
		problems = append(problems, err)
	}
	problems = append(problems, fmt.Errorf("say where it runs: -lambda, -build or -bootstrap %s=path", declared.LogicalID))
	return nil, "", errors.Join(problems...)
}

// folders returns the folders that may hold a function's code: the built code
// first, then its source.
func folders(o options, declared template.Function) []string {
	if o.build != "" {
		return []string{filepath.Join(o.build, declared.LogicalID)}
	}
	base := filepath.Dir(o.template)
	out := []string{filepath.Join(base, ".aws-sam", "build", declared.LogicalID)}
	if _, err := os.Stat(out[0]); err != nil {
		out = nil
	}
	return append(out, filepath.Join(base, declared.CodePath))
}

// usedFunctions returns the ids of the functions behind routes, sorted.
func usedFunctions(t *template.Template) []string {
	set := map[string]bool{}
	for _, api := range t.WebSocketAPIs {
		set[api.Authorization.Function] = true
		for _, r := range api.Routes {
			set[r.Function] = true
		}
	}
	for _, api := range t.HTTPAPIs {
		for _, r := range api.Routes {
			set[r.Function], set[r.Authorization.Function] = true, true
		}
	}
	delete(set, "")
	return slices.Sorted(maps.Keys(set))
}

// boundedInvoker gives a remote function a little more time than its own
// timeout, so that the Lambda endpoint is the first to report the timeout.
type boundedInvoker struct {
	gateway.Invoker
	declared template.Function
}

// Invoke runs the function.
func (b boundedInvoker) Invoke(ctx context.Context, payload []byte) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, b.declared.Timeout+endTime)
	defer cancel()
	reply, err := b.Invoker.Invoke(ctx, payload)
	if errors.Is(err, locallambda.ErrRejected) {
		err = fmt.Errorf("%w: %w", gateway.ErrRejected, err)
	}
	return reply, err
}

func (f *functions) close() {
	for _, function := range f.local {
		function.Close()
	}
}
