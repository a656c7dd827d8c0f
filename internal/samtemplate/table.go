package samtemplate

import (
	"fmt"
	"slices"

	"gopkg.in/yaml.v3"
)

type tableProperties struct {
	KeySchema []struct {
		AttributeName value `yaml:"AttributeName"`
		KeyType       value `yaml:"KeyType"`
	} `yaml:"KeySchema"`
	AttributeDefinitions []struct {
		AttributeName value `yaml:"AttributeName"`
		AttributeType value `yaml:"AttributeType"`
	} `yaml:"AttributeDefinitions"`
	TimeToLiveSpecification struct {
		AttributeName value `yaml:"AttributeName"`
		Enabled       value `yaml:"Enabled"`
	} `yaml:"TimeToLiveSpecification"`
}

func (p *parser) table(id string, properties *yaml.Node) {
	var own tableProperties
	if !p.decode(id, properties, &own) {
		return
	}
	if p.out.Table != nil {
		p.fail(id, "Type", "a second table beside %s", p.out.Table.LogicalID)
		return
	}
	t := &Table{LogicalID: id}
	for i, a := range own.AttributeDefinitions {
		at := fmt.Sprintf("AttributeDefinitions[%d]", i)
		t.Attributes = append(t.Attributes, Attribute{
			Name: p.text(id, at+".AttributeName", a.AttributeName, ""),
			Type: p.oneOf(id, at+".AttributeType", a.AttributeType, "S", "N", "B"),
		})
	}
	for i, k := range own.KeySchema {
		at := fmt.Sprintf("KeySchema[%d]", i)
		t.Keys = append(t.Keys, Key{
			Attribute: p.text(id, at+".AttributeName", k.AttributeName, ""),
			Type:      p.text(id, at+".KeyType", k.KeyType, ""),
		})
	}
	t.TTLAttribute = p.ttl(id, own)
	p.checkKeys(t)
	p.out.Table = t
}

func (p *parser) ttl(id string, own tableProperties) string {
	ttl := own.TimeToLiveSpecification
	if p.text(id, "TimeToLiveSpecification.Enabled", ttl.Enabled, "false") != "true" {
		return ""
	}
	name := p.text(id, "TimeToLiveSpecification.AttributeName", ttl.AttributeName, "")
	if name == "" {
		p.fail(id, "TimeToLiveSpecification.AttributeName", "missing")
	}
	return name
}

// checkKeys holds the table to DynamoDB's rule: a HASH key, then perhaps a
// RANGE key, each of them defined.
func (p *parser) checkKeys(t *Table) {
	if len(t.Keys) == 0 || len(t.Keys) > 2 {
		p.fail(t.LogicalID, "KeySchema", "must have one or two elements, not %d", len(t.Keys))
	}
	for i, k := range t.Keys {
		if want := []string{"HASH", "RANGE"}[min(i, 1)]; k.Type != want {
			p.fail(t.LogicalID, fmt.Sprintf("KeySchema[%d].KeyType", i), "must be %s, not %q", want, k.Type)
		}
		if !slices.ContainsFunc(t.Attributes, func(a Attribute) bool { return a.Name == k.Attribute }) {
			p.fail(t.LogicalID, fmt.Sprintf("KeySchema[%d].AttributeName", i), "%q is not in AttributeDefinitions", k.Attribute)
		}
	}
}

func (p *parser) oneOf(id, at string, v value, allowed ...string) string {
	s := p.text(id, at, v, "")
	if !slices.Contains(allowed, s) {
		p.fail(id, at, "must be one of %v, not %q", allowed, s)
	}
	return s
}
