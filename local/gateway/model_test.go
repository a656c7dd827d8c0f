package gateway_test

import (
	"strings"
	"testing"

	"projectchat/local/gateway"
)

func TestRequestModelsJudgeMessages(t *testing.T) {
	const text = `{"$schema":"http://json-schema.org/draft-04/schema#","type":"object","required":["text"],"properties":{"text":{"type":"string","maxLength":5}}}`
	// Draft 4 has a boolean here, later drafts have a number.
	const small = `{"properties":{"n":{"type":"integer","maximum":9,"exclusiveMaximum":true}}}`
	tests := []struct {
		name, expression string
		models           map[string][]byte
		body             string
		ok               bool
	}{
		{"as the model wants it", "$request.body.kind", map[string][]byte{"say": []byte(text)}, `{"kind":"say","text":"hello"}`, true},
		{"too long", "$request.body.kind", map[string][]byte{"say": []byte(text)}, `{"kind":"say","text":"hello!"}`, false},
		{"missing", "$request.body.kind", map[string][]byte{"say": []byte(text)}, `{"kind":"say"}`, false},
		{"no model for it", "$request.body.kind", map[string][]byte{"say": []byte(text)}, `{"kind":"shout","text":"hello"}`, false},
		{"the default model", "$request.body.kind", map[string][]byte{"$default": []byte(text)}, `{"kind":"shout","text":"hello"}`, true},
		{"not as the default model wants it", "$request.body.kind", map[string][]byte{"$default": []byte(text)}, `{}`, false},
		{"another model than the default one", "$request.body.kind", map[string][]byte{"$default": []byte(text), "n": []byte(small)}, `{"kind":"n","n":8}`, true},
		{"draft 4", "$request.body.kind", map[string][]byte{"n": []byte(small)}, `{"kind":"n","n":9}`, false},
		{"static", `\$default`, map[string][]byte{"$default": []byte(text)}, `{"text":"hello"}`, true},
		{"not JSON", `\$default`, map[string][]byte{"$default": []byte(text)}, `hello`, false},
		{"more than JSON", `\$default`, map[string][]byte{"$default": []byte(text)}, `{"text":"hello"} x`, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			validate, err := gateway.RequestModels(test.expression, test.models)
			if err != nil {
				t.Fatal(err)
			}
			if err := validate([]byte(test.body)); (err == nil) != test.ok {
				t.Errorf("%v", err)
			}
		})
	}
}

func TestRequestModelsThatCannotBeReadAreRefused(t *testing.T) {
	tests := []struct{ name, expression, schema, want string }{
		{"expression", "$request.header.a", `{}`, "model selection expression"},
		{"no JSON", "$request.body.a", `{`, `model "m"`},
		{"no schema", "$request.body.a", `{"type":"text"}`, `model "m"`},
		{"a document elsewhere", "$request.body.a", `{"$ref":"http://127.0.0.1:1/x.json"}`, `model "m"`},
		{"a file", "$request.body.a", `{"$ref":"file:///etc/hostname"}`, `model "m"`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := gateway.RequestModels(test.expression, map[string][]byte{"m": []byte(test.schema)})
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v, want %q", err, test.want)
			}
		})
	}
}
