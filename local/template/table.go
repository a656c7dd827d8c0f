package template

import (
	"fmt"
	"slices"

	"go.yaml.in/yaml/v4"
)

type tableProperties struct {
	TableName value `yaml:"TableName"`
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
	GlobalIndexes value `yaml:"GlobalSecondaryIndexes"`
	LocalIndexes  value `yaml:"LocalSecondaryIndexes"`
}

func (p *parser) table(id string, properties *yaml.Node) {
	var own tableProperties
	if !p.decode(id, properties, &own) {
		return
	}
	t := Table{
		LogicalID: id,
		Name:      p.text(id, "TableName", own.TableName, id),
		Indexed:   !own.GlobalIndexes.absent() || !own.LocalIndexes.absent(),
	}
	for i, a := range own.AttributeDefinitions {
		at := fmt.Sprintf("AttributeDefinitions[%d]", i)
		t.Attributes = append(t.Attributes, Attribute{
			Name: p.text(id, at+".AttributeName", a.AttributeName, ""),
			Type: p.oneOf(id, at+".AttributeType", a.AttributeType, "", "S", "N", "B"),
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
	p.out.Tables = append(p.out.Tables, t)
}

type simpleTableProperties struct {
	TableName  value `yaml:"TableName"`
	PrimaryKey struct {
		Name value `yaml:"Name"`
		Type value `yaml:"Type"`
	} `yaml:"PrimaryKey"`
}

// simpleTable reads SAM's table with a single key, which is "id" if the
// template is silent.
func (p *parser) simpleTable(id string, properties *yaml.Node) {
	var own simpleTableProperties
	if !p.decode(id, properties, &own) {
		return
	}
	name := p.text(id, "PrimaryKey.Name", own.PrimaryKey.Name, "id")
	kind := p.oneOf(id, "PrimaryKey.Type", own.PrimaryKey.Type, "String", "String", "Number", "Binary")
	p.out.Tables = append(p.out.Tables, Table{
		LogicalID:  id,
		Name:       p.text(id, "TableName", own.TableName, id),
		Keys:       []Key{{Attribute: name, Type: "HASH"}},
		Attributes: []Attribute{{Name: name, Type: kind[:1]}},
	})
}

func (p *parser) ttl(id string, own tableProperties) string {
	ttl := own.TimeToLiveSpecification
	if !p.bool(id, "TimeToLiveSpecification.Enabled", ttl.Enabled) {
		return ""
	}
	name := p.text(id, "TimeToLiveSpecification.AttributeName", ttl.AttributeName, "")
	if name == "" {
		p.fail(id, "TimeToLiveSpecification.AttributeName", "missing")
	}
	return name
}

// checkKeys checks DynamoDB's rule: one HASH key, then at most one RANGE key,
// both defined as attributes.
func (p *parser) checkKeys(t Table) {
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
