package stack

import (
	"fmt"
	"slices"
	"strings"
)

const (
	cachingOptimized          = "658327ea-f89d-4fab-a63d-7e88639e58f6"
	cachingDisabled           = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
	allViewerExceptHostHeader = "b689b0a8-53d0-40ab-baf2-68738e2966ac"
)

var siteRules = []rule{
	{"buckets are private", privateBuckets},
	{"bucket policies", bucketPolicies},
	{"origins", origins},
	{"behaviours", behaviours},
	{"viewers", viewers},
	{"security headers", securityHeaders},
}

func privateBuckets(_ *stack, doc map[string]any) []string {
	ownership := map[string]string{"SiteBucket": "BucketOwnerEnforced", "LogBucket": "BucketOwnerPreferred"}
	return each(resources(doc, "AWS::S3::Bucket"), func(id string, r any) []string {
		p := at(r, "Properties")
		problems := slices.Concat(
			want(id+" public access", at(p, "PublicAccessBlockConfiguration"),
				`{"BlockPublicAcls":true,"BlockPublicPolicy":true,"IgnorePublicAcls":true,"RestrictPublicBuckets":true}`),
			want(id+" ownership", at(p, "OwnershipControls"), `{"Rules":[{"ObjectOwnership":"`+ownership[id]+`"}]}`),
			want(id+" encryption", at(p, "BucketEncryption"), `{"ServerSideEncryptionConfiguration":[{"ServerSideEncryptionByDefault":{"SSEAlgorithm":"AES256"}}]}`),
			want(id+" versioning", at(p, "VersioningConfiguration"), `{"Status":"Enabled"}`),
			want(id+" website", at(p, "WebsiteConfiguration"), `null`),
			want(id+" ACL", at(p, "AccessControl"), `null`),
			want(id+" lifecycle", at(p, "LifecycleConfiguration", "Rules", "0", "Status"), `"Enabled"`),
		)
		if at(p, "LifecycleConfiguration", "Rules", "0", "NoncurrentVersionExpiration", "NoncurrentDays") == nil {
			problems = append(problems, id+" keeps old versions for ever")
		}
		if !hasPolicy(doc, id) {
			problems = append(problems, id+" has no policy of its own")
		}
		return problems
	})
}

func hasPolicy(doc map[string]any, bucket string) bool {
	for _, r := range resources(doc, "AWS::S3::BucketPolicy") {
		if at(r, "Properties", "Bucket", "Ref") == bucket {
			return true
		}
	}
	return false
}

// allowed are the only principals that may do anything with a bucket's objects.
var allowed = map[string]string{
	"SiteBucket": `{"Action":"s3:GetObject","Condition":{"StringEquals":{"AWS:SourceArn":{"Fn::Sub":"arn:${AWS::Partition}:cloudfront::${AWS::AccountId}:distribution/${Site}"}}},"Effect":"Allow","Principal":{"Service":"cloudfront.amazonaws.com"},"Resource":{"Fn::Sub":"${SiteBucket.Arn}/*"},"Sid":"TheSiteReads"}`,
	"LogBucket":  `{"Action":"s3:PutObject","Condition":{"StringEquals":{"aws:SourceAccount":{"Ref":"AWS::AccountId"}}},"Effect":"Allow","Principal":{"Service":"logging.s3.amazonaws.com"},"Resource":{"Fn::Sub":"${LogBucket.Arn}/bucket/*"},"Sid":"S3WritesItsLog"}`,
}

func bucketPolicies(_ *stack, doc map[string]any) []string {
	return each(resources(doc, "AWS::S3::BucketPolicy"), func(id string, r any) []string {
		bucket := fmt.Sprint(at(r, "Properties", "Bucket", "Ref"))
		noTLS := `{"Action":"s3:*","Condition":{"Bool":{"aws:SecureTransport":"false"}},"Effect":"Deny","Principal":"*","Resource":[{"Fn::GetAtt":["` + bucket + `","Arn"]},{"Fn::Sub":"${` + bucket + `.Arn}/*"}],"Sid":"NobodyWithoutTls"}`
		return want(id, at(r, "Properties", "PolicyDocument", "Statement"), "["+allowed[bucket]+","+noTLS+"]")
	})
}

func distribution(doc map[string]any) any {
	return at(resources(doc, "AWS::CloudFront::Distribution"), "Site", "Properties", "DistributionConfig")
}

func origins(_ *stack, doc map[string]any) []string {
	api := func(id string) string {
		return `{"Fn::Sub":"${` + id + `}.execute-api.${AWS::Region}.${AWS::URLSuffix}"}`
	}
	tls := `{"OriginProtocolPolicy":"https-only","OriginSSLProtocols":["TLSv1.2"]}`
	return slices.Concat(
		want("origins", at(distribution(doc), "Origins"), `[`+
			`{"DomainName":{"Fn::GetAtt":["SiteBucket","RegionalDomainName"]},"Id":"page","OriginAccessControlId":{"Fn::GetAtt":["SiteAccess","Id"]},"S3OriginConfig":{"OriginAccessIdentity":""}},`+
			`{"CustomOriginConfig":`+tls+`,"DomainName":`+api("HttpApi")+`,"Id":"api"},`+
			`{"CustomOriginConfig":`+tls+`,"DomainName":`+api("WsApi")+`,"Id":"ws"}]`),
		each(resources(doc, "AWS::CloudFront::OriginAccessControl"), func(id string, r any) []string {
			config := at(r, "Properties", "OriginAccessControlConfig")
			return slices.Concat(
				want(id+" signs", at(config, "SigningBehavior"), `"always"`),
				want(id+" protocol", at(config, "SigningProtocol"), `"sigv4"`),
				want(id+" type", at(config, "OriginAccessControlOriginType"), `"s3"`),
			)
		}),
	)
}

func behaviours(_ *stack, doc map[string]any) []string {
	config := distribution(doc)
	behaviour := func(b any, target, viewers, methods, cache, request, headers string) []string {
		name := "behaviour " + target
		return slices.Concat(
			want(name+" origin", at(b, "TargetOriginId"), `"`+target+`"`),
			want(name+" protocol", at(b, "ViewerProtocolPolicy"), `"`+viewers+`"`),
			want(name+" methods", at(b, "AllowedMethods"), methods),
			want(name+" cache", at(b, "CachePolicyId"), `"`+cache+`"`),
			want(name+" origin request", at(b, "OriginRequestPolicyId"), request),
			want(name+" headers", at(b, "ResponseHeadersPolicyId"), `{"Ref":"`+headers+`"}`),
		)
	}
	others := at(config, "CacheBehaviors")
	everything := `"` + allViewerExceptHostHeader + `"`
	return slices.Concat(
		want("number of further behaviours", len(list(others)), `2`),
		want("first path", at(others, "0", "PathPattern"), `"/api/*"`),
		want("second path", at(others, "1", "PathPattern"), `"/ws"`),
		behaviour(at(config, "DefaultCacheBehavior"), "page", "redirect-to-https", `["GET","HEAD"]`, cachingOptimized, `null`, "PageHeaders"),
		behaviour(at(others, "0"), "api", "https-only", `["GET","HEAD","OPTIONS","PUT","PATCH","POST","DELETE"]`, cachingDisabled, everything, "ApiHeaders"),
		behaviour(at(others, "1"), "ws", "https-only", `["GET","HEAD"]`, cachingDisabled, everything, "ApiHeaders"),
		want("the page's function", at(config, "DefaultCacheBehavior", "FunctionAssociations"),
			`[{"EventType":"viewer-request","FunctionARN":{"Fn::GetAtt":["PageAddress","FunctionARN"]}}]`),
	)
}

func viewers(_ *stack, doc map[string]any) []string {
	config := distribution(doc)
	return slices.Concat(
		want("certificate", at(config, "ViewerCertificate"), `{"Fn::If":["HasDomain",{"AcmCertificateArn":{"Ref":"CertificateArn"},"MinimumProtocolVersion":"TLSv1.2_2021","SslSupportMethod":"sni-only"},{"CloudFrontDefaultCertificate":true}]}`),
		want("names", at(config, "Aliases"), `{"Fn::If":["HasDomain",[{"Ref":"DomainName"}],{"Ref":"AWS::NoValue"}]}`),
		want("web ACL", at(config, "WebACLId"), `{"Fn::If":["HasWebAcl",{"Ref":"WebAclArn"},{"Ref":"AWS::NoValue"}]}`),
		want("log", at(config, "Logging"), `{"Bucket":{"Fn::GetAtt":["LogBucket","RegionalDomainName"]},"IncludeCookies":false,"Prefix":"site/"}`),
		want("root object", at(config, "DefaultRootObject"), `"index.html"`),
		want("error pages", at(config, "CustomErrorResponses"), `null`), // they would replace the API's own answers
	)
}

// securityHeaders compares the template with the headers of the local server;
// two more are for https only.
func securityHeaders(_ *stack, doc map[string]any) []string {
	page, api, err := localHeaders()
	if err != nil {
		return []string{err.Error()}
	}
	for _, headers := range []map[string]string{page, api} {
		headers["Strict-Transport-Security"] = "max-age=63072000; includeSubDomains"
	}
	page["Content-Security-Policy"] += "; upgrade-insecure-requests"
	api["Cache-Control"] = "no-store"
	return slices.Concat(
		want("headers of the page", policyHeaders(doc, "PageHeaders"), js(page)),
		want("headers of the API", policyHeaders(doc, "ApiHeaders"), js(api)),
	)
}

// policyHeaders returns the headers that a response headers policy sends.
func policyHeaders(doc map[string]any, id string) map[string]string {
	config := at(resources(doc, "AWS::CloudFront::ResponseHeadersPolicy"), id, "Properties", "ResponseHeadersPolicyConfig")
	out := map[string]string{}
	for _, item := range list(at(config, "CustomHeadersConfig", "Items")) {
		out[fmt.Sprint(at(item, "Header"))] = fmt.Sprint(at(item, "Value"))
	}
	security := at(config, "SecurityHeadersConfig")
	add := func(header string, path ...string) {
		if v := at(security, path...); v != nil && at(security, path[0], "Override") == true {
			out[header] = fmt.Sprint(v)
		}
	}
	add("Content-Security-Policy", "ContentSecurityPolicy", "ContentSecurityPolicy")
	add("X-Frame-Options", "FrameOptions", "FrameOption")
	add("Referrer-Policy", "ReferrerPolicy", "ReferrerPolicy")
	if at(security, "ContentTypeOptions", "Override") == true {
		out["X-Content-Type-Options"] = "nosniff"
	}
	if age, ok := at(security, "StrictTransportSecurity", "AccessControlMaxAgeSec").(float64); ok {
		out["Strict-Transport-Security"] = fmt.Sprintf("max-age=%.0f", age)
		if at(security, "StrictTransportSecurity", "IncludeSubdomains") == true {
			out["Strict-Transport-Security"] += "; includeSubDomains"
		}
	}
	for name, v := range out {
		out[name] = strings.TrimSpace(v)
	}
	return out
}
