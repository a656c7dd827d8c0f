package stack

import (
	"fmt"
	"go/ast"
	"go/constant"
	"go/parser"
	"go/token"
	"go/types"
	"maps"
	"path"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
)

// code is a package of ours, type-checked as far as possible without the code
// of others: our own functions, methods and interfaces are resolved.
type code struct {
	types *types.Package
	info  *types.Info
	decls map[*types.Func]*ast.FuncDecl
}

// codebase loads packages of ours once. As an importer it returns ours, and
// empty packages for all others.
type codebase struct {
	root   string // the repository, or a copy of it
	loaded map[string]*code
}

func newCodebase(root string) *codebase { return &codebase{root, map[string]*code{}} }

// ours is the beginning of the import paths of the packages next to this one.
var ours = path.Dir(reflect.TypeFor[codebase]().PkgPath()) + "/"

func (c *codebase) Import(name string) (*types.Package, error) {
	if strings.HasPrefix(name, ours) {
		loaded, err := c.load(strings.TrimPrefix(name, ours))
		if err != nil {
			return nil, err
		}
		return loaded.types, nil
	}
	p := types.NewPackage(name, path.Base(name))
	p.MarkComplete()
	return p, nil
}

func (c *codebase) load(dir string) (*code, error) {
	if c.loaded[dir] != nil {
		return c.loaded[dir], nil
	}
	fset := token.NewFileSet()
	names, err := filepath.Glob(filepath.Join(c.root, "internal", dir, "*.go"))
	if err != nil {
		return nil, err
	}
	var files []*ast.File
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(fset, name, nil, parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		files = append(files, file)
	}
	info := &types.Info{Uses: map[*ast.Ident]types.Object{}, Defs: map[*ast.Ident]types.Object{}, Types: map[ast.Expr]types.TypeAndValue{}}
	loaded := &code{info: info, decls: map[*types.Func]*ast.FuncDecl{}}
	config := types.Config{Importer: c, Error: func(error) {}} // the code of others is missing
	loaded.types, _ = config.Check(ours+dir, fset, files, loaded.info)
	for _, file := range files {
		for _, decl := range file.Decls {
			if f, ok := decl.(*ast.FuncDecl); ok && f.Body != nil {
				loaded.decls[loaded.info.Defs[f.Name].(*types.Func)] = f
			}
		}
	}
	c.loaded[dir] = loaded
	return loaded, nil
}

// reach returns what functions of this package use, also by the functions of
// the package that they call.
func (c *code) reach(start []*types.Func) (used map[types.Object]bool, selected map[string]bool) {
	used, selected = map[types.Object]bool{}, map[string]bool{}
	for len(start) > 0 {
		f := start[0]
		start = start[1:]
		decl := c.decls[f]
		if decl == nil {
			continue
		}
		ast.Inspect(decl.Body, func(n ast.Node) bool {
			if s, ok := n.(*ast.SelectorExpr); ok {
				selected[s.Sel.Name] = true
			}
			id, ok := n.(*ast.Ident)
			if !ok || c.info.Uses[id] == nil || used[c.info.Uses[id]] {
				return true
			}
			object := c.info.Uses[id]
			if f, ok := object.(*types.Func); ok {
				object = f.Origin()
				start = append(start, f.Origin())
			}
			used[object] = true
			return true
		})
	}
	return used, selected
}

// methods returns the used methods of a type or interface, by name.
func methods(used map[types.Object]bool, dir string, receivers ...string) []string {
	var names []string
	for object := range used {
		f, ok := object.(*types.Func)
		if !ok || f.Pkg() == nil || f.Pkg().Path() != ours+dir || f.Signature().Recv() == nil {
			continue
		}
		receiver := f.Signature().Recv().Type()
		if p, ok := receiver.(*types.Pointer); ok {
			receiver = p.Elem()
		}
		if named, ok := receiver.(*types.Named); ok && slices.Contains(receivers, named.Obj().Name()) {
			names = append(names, f.Name())
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// named finds functions and methods of the package by name.
func (c *code) named(receiver string, names ...string) (found []*types.Func) {
	for f := range c.decls {
		recv := ""
		if r := f.Signature().Recv(); r != nil {
			recv = types.TypeString(r.Type(), func(*types.Package) string { return "" })
		}
		if slices.Contains(names, f.Name()) && recv == receiver {
			found = append(found, f)
		}
	}
	return found
}

// families are the keys of rows, by the function in internal/dynamo that makes
// them.
var families = map[string]string{
	"sessionKey": "SESSION#*", "nameKey": "NAME#*", "connectionKey": "CONN#*", "seatPK": "LIVE#*",
	"roomKey": "ROOM#*", "directoryPK": "ROOMS", "logPK": "LOG#*",
}

// actions are the IAM actions that calls of the SDK need; our transactions only
// put.
var actions = map[string]string{
	"GetItem": "dynamodb:GetItem", "PutItem": "dynamodb:PutItem", "UpdateItem": "dynamodb:UpdateItem",
	"DeleteItem": "dynamodb:DeleteItem", "Query": "dynamodb:Query", "TransactWriteItems": "dynamodb:PutItem",
	"Scan": "dynamodb:Scan", "BatchGetItem": "dynamodb:BatchGetItem", "BatchWriteItem": "dynamodb:BatchWriteItem",
	"TransactGetItems": "dynamodb:GetItem", "ExecuteStatement": "dynamodb:PartiQLSelect",
}

// posts are the HTTP methods that a broadcaster's methods need.
var posts = map[string][]string{"Push": {"POST"}, "Disconnect": {"POST", "DELETE"}}

// handler returns the code of a function: SendFunction's is apigw.Send.
func (c *codebase) handler(function string) (*code, *types.Func, error) {
	edge, err := c.load("apigw")
	if err != nil {
		return nil, nil, err
	}
	name := strings.TrimSuffix(function, "Function")
	found := edge.named("", name)
	if len(found) != 1 {
		return nil, nil, fmt.Errorf("there is no apigw.%s", name)
	}
	return edge, found[0], nil
}

// routes returns the keys of the routes that a function's code answers, from
// the two tables in its handler.
func (c *codebase) routes(function string) (keys []string, err error) {
	edge, handler, err := c.handler(function)
	if err != nil {
		return nil, err
	}
	ast.Inspect(edge.decls[handler].Body, func(n ast.Node) bool {
		table, ok := n.(*ast.KeyValueExpr)
		if !ok {
			return true
		}
		name, _ := table.Key.(*ast.Ident)
		rows, ok := table.Value.(*ast.CompositeLit)
		if !ok || name == nil || name.Name != "sockets" && name.Name != "http" {
			return true
		}
		for _, row := range rows.Elts {
			keys = append(keys, constant.StringVal(edge.info.Types[row.(*ast.KeyValueExpr).Key].Value))
		}
		return false
	})
	return keys, nil
}

// needs returns the rights that a function's code can use in AWS, such as
// "dynamodb:GetItem ROOM#*" and "execute-api:ManageConnections POST", sorted.
func (c *codebase) needs(function string) ([]string, error) {
	edge, handler, err := c.handler(function)
	if err != nil {
		return nil, err
	}
	chat, err := c.load("chat")
	if err != nil {
		return nil, err
	}
	people, err := c.load("people")
	if err != nil {
		return nil, err
	}
	used, _ := edge.reach([]*types.Func{handler})
	persons, _ := people.reach(people.named("*Service", methods(used, "people", "Service")...))
	// The rules of people ask the chat to end connections.
	services := append(methods(used, "chat", "Service"), methods(persons, "people", "Connections")...)
	if len(services) == 0 {
		return nil, fmt.Errorf("apigw.%s calls no method of chat.Service: this test no longer understands it", handler.Name())
	}
	rules, _ := chat.reach(chat.named("*Service", services...))
	set := map[string]bool{}
	stores := append(methods(rules, "chat", "Store", "SessionStore", "ConnectionStore", "LogStore"), methods(persons, "people", "Store")...)
	for _, method := range stores {
		needs, err := c.storeNeeds(method)
		if err != nil {
			return nil, err
		}
		for _, need := range needs {
			set[need] = true
		}
	}
	for _, method := range methods(rules, "chat", "Broadcaster") {
		for _, verb := range posts[method] {
			set["execute-api:ManageConnections "+verb] = true
		}
	}
	return slices.Sorted(maps.Keys(set)), nil
}

// storeNeeds returns the rights that one method of the store needs.
func (c *codebase) storeNeeds(method string) (out []string, err error) {
	store, err := c.load("dynamo")
	if err != nil {
		return nil, err
	}
	used, selected := store.reach(store.named("*Store", method))
	for call, action := range actions {
		for object := range used {
			if family := families[object.Name()]; family != "" && selected[call] {
				out = append(out, action+" "+family)
			}
		}
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("dynamo.Store.%s asks nothing of DynamoDB: this test no longer understands it", method)
	}
	return out, nil
}
