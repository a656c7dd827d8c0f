package template

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"
)

// An account's throttle, from "Amazon API Gateway quotas".
const (
	accountRate  = "10000"
	accountBurst = 5000
)

// stageProperties are the common properties of SAM's APIs and of
// AWS::ApiGatewayV2::Stage.
type stageProperties struct {
	StageName      value                    `yaml:"StageName"`
	StageVariables map[string]value         `yaml:"StageVariables"`
	Default        routeSettings            `yaml:"DefaultRouteSettings"`
	RouteSettings  map[string]routeSettings `yaml:"RouteSettings"`
}

type routeSettings struct {
	Rate  value `yaml:"ThrottlingRateLimit"`
	Burst value `yaml:"ThrottlingBurstLimit"`
}

// stage reads a stage, with the properties of Globals as its defaults.
func (p *parser) stage(id string, own, global stageProperties, byDefault string) Stage {
	if own.Default.Rate.absent() && own.Default.Burst.absent() {
		own.Default = global.Default
	}
	out := Stage{
		Name:      p.text(id, "StageName", or(own.StageName, global.StageName), byDefault),
		Variables: p.textMap(id, "StageVariables", own.StageVariables),
		Limit:     p.limit(id, "DefaultRouteSettings", own.Default),
	}
	for _, key := range slices.Sorted(maps.Keys(own.RouteSettings)) {
		if l := p.limit(id, "RouteSettings."+key, own.RouteSettings[key]); l != nil {
			if out.RouteLimits == nil {
				out.RouteLimits = map[string]Limit{}
			}
			out.RouteLimits[key] = *l
		}
	}
	return out
}

func (p *parser) limit(id, at string, s routeSettings) *Limit {
	if s.Rate.absent() && s.Burst.absent() {
		return nil
	}
	text := p.text(id, at+".ThrottlingRateLimit", s.Rate, accountRate)
	rate, err := strconv.ParseFloat(text, 64)
	if err != nil || rate < 0 {
		p.fail(id, at+".ThrottlingRateLimit", "must be a number of at least 0, not %q", text)
	}
	return &Limit{Rate: rate, Burst: p.int(id, at+".ThrottlingBurstLimit", s.Burst, accountBurst, 0)}
}

// stagesOf returns an API's AWS::ApiGatewayV2::Stage resources, sorted by name.
func (p *parser) stagesOf(apiID string) []Stage {
	var out []Stage
	p.each(func(id string, properties *yaml.Node) {
		var own struct {
			APIID           value `yaml:"ApiId"`
			stageProperties `yaml:",inline"`
		}
		if !p.decode(id, properties, &own) || p.text(id, "ApiId", own.APIID, "") != apiID {
			return
		}
		if own.StageName.absent() {
			p.fail(id, "StageName", "missing")
		}
		out = append(out, p.stage(id, own.stageProperties, stageProperties{}, ""))
	}, "AWS::ApiGatewayV2::Stage")
	slices.SortFunc(out, func(a, b Stage) int { return strings.Compare(a.Name, b.Name) })
	return out
}
