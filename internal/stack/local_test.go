package stack

import (
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"strconv"
)

// localHeaders reads from cmd/dev/site.go the headers that the local server
// sends with the page, and with the API.
func localHeaders() (page, api map[string]string, err error) {
	file, err := parser.ParseFile(token.NewFileSet(), "../../cmd/dev/site.go", nil, parser.SkipObjectResolution)
	if err != nil {
		return nil, nil, err
	}
	page, api = map[string]string{}, map[string]string{}
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.ValueSpec:
			if n.Names[0].Name == "securityHeaders" {
				for _, element := range n.Values[0].(*ast.CompositeLit).Elts {
					pair := element.(*ast.KeyValueExpr)
					page[text(pair.Key)] = text(pair.Value)
				}
			}
		case *ast.CaseClause:
			if len(n.List) == 1 && headersSet(n)["X-Content-Type-Options"] != "" {
				api = headersSet(n)
			}
		}
		return true
	})
	if len(page) == 0 || len(api) == 0 {
		return nil, nil, errors.New("cmd/dev/site.go no longer has the headers where this test looks")
	}
	return page, api, nil
}

// headersSet returns the calls Header().Set(name, value) with constant
// arguments.
func headersSet(n ast.Node) map[string]string {
	set := map[string]string{}
	ast.Inspect(n, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok || len(call.Args) != 2 {
			return true
		}
		if s, ok := call.Fun.(*ast.SelectorExpr); ok && s.Sel.Name == "Set" {
			set[text(call.Args[0])] = text(call.Args[1])
		}
		return true
	})
	return set
}

// text returns the value of a string literal, or of several that are added.
func text(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.BasicLit:
		s, _ := strconv.Unquote(e.Value)
		return s
	case *ast.BinaryExpr:
		return text(e.X) + text(e.Y)
	}
	return ""
}
