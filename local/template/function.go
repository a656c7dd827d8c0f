package template

import (
	"maps"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v4"
)

// Lambda's defaults, from
// https://docs.aws.amazon.com/lambda/latest/dg/configuration-timeout.html and
// https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html.
const (
	lambdaSeconds = 3
	lambdaMB      = 128
)

type functionProperties struct {
	CodeURI     value `yaml:"CodeUri"`
	Code        value `yaml:"Code"`
	Handler     value `yaml:"Handler"`
	Runtime     value `yaml:"Runtime"`
	Timeout     value `yaml:"Timeout"`
	MemorySize  value `yaml:"MemorySize"`
	Environment struct {
		Variables map[string]value `yaml:"Variables"`
	} `yaml:"Environment"`
	Events map[string]event `yaml:"Events"`
}

// nameFunction registers a function's name, before other resources refer to it.
func (p *parser) nameFunction(id string, _ *yaml.Node) {
	name, err := p.resolve.physicalID(id)
	if err != nil {
		p.fail(id, "FunctionName", "%v", err)
	}
	if other, taken := p.names[name]; taken {
		p.fail(id, "FunctionName", "%s is already called %s", other, name)
	}
	p.names[name] = id
	p.out.Functions[id] = Function{LogicalID: id, Name: name}
}

func (p *parser) function(id string, properties *yaml.Node) {
	var own functionProperties
	if !p.decode(id, properties, &own) {
		return
	}
	var global functionProperties
	if p.doc.Resources[id].Type == "AWS::Serverless::Function" {
		global = p.globals.Function
	}
	f := p.out.Functions[id]
	f.Handler = p.text(id, "Handler", or(own.Handler, global.Handler), "")
	f.Runtime = p.text(id, "Runtime", or(own.Runtime, global.Runtime), "")
	f.CodePath = p.codePath(or(own.Code, or(own.CodeURI, global.CodeURI)))
	f.Timeout = time.Duration(p.int(id, "Timeout", or(own.Timeout, global.Timeout), lambdaSeconds, 1)) * time.Second
	f.MemoryMB = p.int(id, "MemorySize", or(own.MemorySize, global.MemorySize), lambdaMB, lambdaMB)
	p.environment(&f, global.Environment.Variables)
	p.environment(&f, own.Environment.Variables)
	p.out.Functions[id] = f
	for _, name := range slices.Sorted(maps.Keys(own.Events)) {
		if e := own.Events[name]; e.Type == "HttpApi" {
			p.httpEvent(id, "Events."+name, e)
		}
	}
}

// codePath returns the folder of the code, "" if the code is not in a folder.
func (p *parser) codePath(v value) string {
	if v.absent() {
		return ""
	}
	s, err := p.resolve.text(v.node)
	if err != nil || strings.HasPrefix(s, "s3://") {
		return ""
	}
	return s
}

// environment sets variables of f, over those that it has. A value that is
// known only in AWS is not a problem: it can be set when the function runs.
func (p *parser) environment(f *Function, variables map[string]value) {
	for name, v := range variables {
		delete(f.Environment, name)
		delete(f.Unresolved, name)
		text, err := "", error(nil)
		if !v.absent() {
			text, err = p.resolve.text(v.node)
		}
		if err != nil {
			f.Unresolved = put(f.Unresolved, name, err.Error())
			continue
		}
		f.Environment = put(f.Environment, name, text)
	}
}

func put(m map[string]string, name, text string) map[string]string {
	if m == nil {
		m = map[string]string{}
	}
	m[name] = text
	return m
}

// or returns the resource's own property, or else that of Globals.
func or(own, global value) value {
	if own.absent() {
		return global
	}
	return own
}
