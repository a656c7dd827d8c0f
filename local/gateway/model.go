package gateway

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// RequestModels makes a Route's Validate of JSON Schemas (draft 4): the
// expression, in the form of a route selection expression, gives the key of the
// schema that a message is held to; without one of that key it is that of
// "$default", and without that the message is refused. See "Request validation
// for WebSocket APIs in API Gateway". It fails on an expression or a schema that
// cannot be read, also on one that refers to documents elsewhere.
func RequestModels(expression string, schemas map[string][]byte) (func(body []byte) error, error) {
	selection, err := parseSelection(expression)
	if err != nil {
		return nil, fmt.Errorf("model selection expression: %w", err)
	}
	compiled := make(map[string]*jsonschema.Schema, len(schemas))
	for key, schema := range schemas {
		if compiled[key], err = compile(schema); err != nil {
			return nil, fmt.Errorf("model %q: %w", key, err)
		}
	}
	return func(body []byte) error {
		model := compiled[selection.key(body)]
		if model == nil {
			model = compiled["$default"]
		}
		if model == nil {
			return errors.New("there is no model for this message")
		}
		message, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
		if err != nil {
			return err
		}
		return model.Validate(message)
	}, nil
}

func compile(schema []byte) (*jsonschema.Schema, error) {
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(schema))
	if err != nil {
		return nil, err
	}
	const name = "model.json"
	c := jsonschema.NewCompiler()
	c.DefaultDraft(jsonschema.Draft4)
	c.UseLoader(jsonschema.SchemeURLLoader{}) // nothing is loaded
	if err := c.AddResource(name, document); err != nil {
		return nil, err
	}
	return c.Compile(name)
}
