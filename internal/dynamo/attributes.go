package dynamo

import (
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

func text(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }

func textSet(s ...string) types.AttributeValue { return &types.AttributeValueMemberSS{Value: s} }

func number(n int64) types.AttributeValue {
	return &types.AttributeValueMemberN{Value: strconv.FormatInt(n, 10)}
}

func numberOf(v types.AttributeValue) int64 {
	if n, ok := v.(*types.AttributeValueMemberN); ok {
		i, _ := strconv.ParseInt(n.Value, 10, 64) // only this package writes them
		return i
	}
	return 0
}

func numberSet(n int64) types.AttributeValue {
	return &types.AttributeValueMemberNS{Value: []string{strconv.FormatInt(n, 10)}}
}

// numberSetOf returns a set in ascending order.
func numberSetOf(v types.AttributeValue) []int64 {
	set, ok := v.(*types.AttributeValueMemberNS)
	if !ok {
		return nil
	}
	list := make([]int64, len(set.Value))
	for i, n := range set.Value {
		list[i], _ = strconv.ParseInt(n, 10, 64) // only this package writes them
	}
	slices.Sort(list)
	return list
}

func textSetOf(v types.AttributeValue) []string {
	if s, ok := v.(*types.AttributeValueMemberSS); ok {
		return s.Value
	}
	return nil
}

func textMap(m map[string]string) types.AttributeValue {
	values := make(item, len(m))
	for k, v := range m {
		values[k] = text(v)
	}
	return &types.AttributeValueMemberM{Value: values}
}

// textMapOf returns a map that is never nil.
func textMapOf(v types.AttributeValue) map[string]string {
	m := map[string]string{}
	if values, ok := v.(*types.AttributeValueMemberM); ok {
		for k, v := range values.Value {
			m[k] = textOf(v)
		}
	}
	return m
}

func seconds(t time.Time) types.AttributeValue { return number(t.Unix()) }

func millis(t time.Time) types.AttributeValue { return number(t.UnixMilli()) }

// secondsOf and millisOf return the zero time for an attribute that is not
// there.
func secondsOf(v types.AttributeValue) time.Time {
	if v == nil {
		return time.Time{}
	}
	return time.Unix(numberOf(v), 0).UTC()
}

func millisOf(v types.AttributeValue) time.Time {
	if v == nil {
		return time.Time{}
	}
	return time.UnixMilli(numberOf(v)).UTC()
}

// row adds attributes to a key.
func row(key, attributes item) item {
	maps.Copy(key, attributes)
	return key
}

// names returns placeholders for attribute names, # and the name. Every
// expression uses them, because many names are reserved words.
func names(attributes ...string) map[string]string {
	m := make(map[string]string, len(attributes))
	for _, name := range attributes {
		m["#"+name] = name
	}
	return m
}
