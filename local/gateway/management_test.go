package gateway_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/apigatewaymanagementapi"
	"github.com/aws/aws-sdk-go-v2/service/apigatewaymanagementapi/types"
	"github.com/aws/smithy-go"

	"projectchat/local/gateway"
)

// sdk returns AWS's own client, redirected only by its environment variable.
func (s *site) sdk(t *testing.T, stage string) *apigatewaymanagementapi.Client {
	t.Helper()
	cfg, err := config.LoadDefaultConfig(t.Context(), config.WithHTTPClient(s.client))
	if err != nil {
		t.Fatal(err)
	}
	return apigatewaymanagementapi.NewFromConfig(cfg, func(o *apigatewaymanagementapi.Options) {
		if stage != "ws" {
			o.BaseEndpoint = aws.String("http://chat.example:8080/" + stage)
		}
	})
}

func sdkEnvironment(t *testing.T) {
	t.Setenv("AWS_CA_BUNDLE", "")
	t.Setenv("AWS_REGION", "us-east-1")
	t.Setenv("AWS_ACCESS_KEY_ID", "local")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "local")
	t.Setenv("AWS_CONFIG_FILE", "/nonexistent")
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent")
	t.Setenv("AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI", "http://chat.example:8080/ws")
}

// post sends data with the SDK.
func post(ctx context.Context, api *apigatewaymanagementapi.Client, id, data string) error {
	_, err := api.PostToConnection(ctx, &apigatewaymanagementapi.PostToConnectionInput{ConnectionId: &id, Data: []byte(data)})
	return err
}

// withConnection serves a gateway with one open connection and the SDK.
func withConnection(t *testing.T, cfg gateway.WebSocketConfig, test func(t *testing.T, s *site, c *socket, id string)) {
	t.Helper()
	sdkEnvironment(t)
	connect := newRecorder()
	if cfg.Routes == nil {
		cfg.Routes = map[string]gateway.Route{}
	}
	cfg.Routes["$connect"] = gateway.Route{Function: connect}
	withWebSocket(t, cfg, func(t *testing.T, s *site) {
		c := s.connect(t)
		test(t, s, c, idOf(t, connect.only(t)))
	})
}

func TestSDKPostsDescribesAndDeletes(t *testing.T) {
	withConnection(t, gateway.WebSocketConfig{}, func(t *testing.T, s *site, c *socket, id string) {
		api := s.sdk(t, "ws")
		time.Sleep(1234 * time.Millisecond)
		if err := post(t.Context(), api, id, "grüß <dich>"); err != nil {
			t.Fatal(err)
		}
		c.want("grüß <dich>")
		synctest.Wait()

		got, err := api.GetConnection(t.Context(), &apigatewaymanagementapi.GetConnectionInput{ConnectionId: &id})
		if err != nil {
			t.Fatal(err)
		}
		start := time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)
		if !aws.ToTime(got.ConnectedAt).Equal(start) || !aws.ToTime(got.LastActiveAt).Equal(start.Add(1234*time.Millisecond)) {
			t.Errorf("connected %v, active %v", got.ConnectedAt, got.LastActiveAt)
		}
		if aws.ToString(got.Identity.SourceIp) != "192.0.2.7" || aws.ToString(got.Identity.UserAgent) != "tester/1" {
			t.Errorf("identity %+v", got.Identity)
		}

		if _, err := api.DeleteConnection(t.Context(), &apigatewaymanagementapi.DeleteConnectionInput{ConnectionId: &id}); err != nil {
			t.Fatal(err)
		}
		c.wantClose(1000, "")
		var gone *types.GoneException
		if err := post(t.Context(), api, id, "x"); !errors.As(err, &gone) {
			t.Errorf("post after delete: %v", err)
		}
		if _, err := api.DeleteConnection(t.Context(), &apigatewaymanagementapi.DeleteConnectionInput{ConnectionId: &id}); !errors.As(err, &gone) {
			t.Errorf("delete after delete: %v", err)
		}
		if _, err := api.GetConnection(t.Context(), &apigatewaymanagementapi.GetConnectionInput{ConnectionId: &id}); !errors.As(err, &gone) {
			t.Errorf("get after delete: %v", err)
		}
	})
}

func TestSDKSeesTheErrorsOfAWS(t *testing.T) {
	as := func(target any) func(error) bool {
		return func(err error) bool { return errors.As(err, target) }
	}
	badRequest := func(err error) bool {
		var api smithy.APIError
		return errors.As(err, &api) && api.ErrorCode() == "BadRequestException" && strings.HasPrefix(api.ErrorMessage(), "Invalid connectionId: ")
	}
	tests := []struct {
		name, stage, id, data string
		is                    func(error) bool
	}{
		{"never seen", "ws", "AAAAAAAAAAAAAAA=", "x", as(new(*types.GoneException))},
		{"malformed id", "ws", "nonsense", "x", badRequest},
		{"id without its =", "ws", "AAAAAAAAAAAAAAA", "x", badRequest},
		{"id in the other alphabet", "ws", "AAAA+AAAAAAAAAA=", "x", badRequest},
		{"UUID", "ws", "123e4567-e89b-12d3-a456-426614174000", "x", badRequest},
		{"another stage", "prod", "", "x", as(new(*types.ForbiddenException))},
		{"too large", "ws", "", strings.Repeat("x", 128<<10+1), as(new(*types.PayloadTooLargeException))},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			withConnection(t, gateway.WebSocketConfig{}, func(t *testing.T, s *site, c *socket, id string) {
				if test.id != "" {
					id = test.id
				}
				if err := post(t.Context(), s.sdk(t, test.stage), id, test.data); !test.is(err) {
					t.Errorf("error is %v", err)
				}
				c.silent()
			})
		})
	}
}

func TestPostsOfUpTo128KBArrive(t *testing.T) {
	withConnection(t, gateway.WebSocketConfig{}, func(t *testing.T, s *site, c *socket, id string) {
		text := strings.Repeat("0123456789abcdef", 8<<10)
		if err := post(t.Context(), s.sdk(t, "ws"), id, text); err != nil {
			t.Fatal(err)
		}
		var got strings.Builder
		for {
			f := c.frame()
			got.Write(f.Payload)
			if f.Header.Fin {
				break
			}
		}
		if got.String() != text {
			t.Errorf("%d bytes arrived, want %d", got.Len(), len(text))
		}
	})
}

func TestFullQueueIsALimitExceededAndEndsWithTheReading(t *testing.T) {
	tests := []struct {
		name  string
		cfg   gateway.WebSocketConfig
		text  string
		taken int
	}{
		{"messages", gateway.WebSocketConfig{QueueMessages: 3}, "x", 3},
		{"bytes", gateway.WebSocketConfig{QueueBytes: 3000}, strings.Repeat("x", 1000), 2},
		{"one is always taken", gateway.WebSocketConfig{QueueBytes: 10}, strings.Repeat("x", 1000), 1},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			withConnection(t, test.cfg, func(t *testing.T, s *site, c *socket, id string) {
				taken := 0
				for {
					res := s.manage(t, "POST", connectionPath(id), test.text)
					if res.StatusCode == 429 {
						wantErrorType(t, res, "LimitExceededException")
						break
					}
					taken++
				}
				if taken != test.taken {
					t.Errorf("%d posts were taken, want %d", taken, test.taken)
				}
				var limit *types.LimitExceededException
				if err := post(t.Context(), s.sdk(t, "ws"), id, test.text); !errors.As(err, &limit) {
					t.Errorf("error is %v", err)
				}
				for range taken {
					c.want(test.text)
				}
				synctest.Wait()
				if err := post(t.Context(), s.sdk(t, "ws"), id, "again"); err != nil {
					t.Errorf("after the reading: %v", err)
				}
				c.want("again")
			})
		})
	}
}

func TestQueuedMessagesGoOutBeforeTheClose(t *testing.T) {
	withConnection(t, gateway.WebSocketConfig{}, func(t *testing.T, s *site, c *socket, id string) {
		for _, text := range []string{"one", "two", "bye"} {
			s.manage(t, "POST", connectionPath(id), text)
		}
		s.manage(t, "DELETE", connectionPath(id), "")
		for _, text := range []string{"one", "two", "bye"} {
			c.want(text)
		}
		c.wantClose(1000, "Connection Closed Normally")
	})
}

func wantErrorType(t *testing.T, res *http.Response, want string) {
	t.Helper()
	if got := res.Header.Get("x-amzn-ErrorType"); got != want {
		t.Errorf("x-amzn-ErrorType %q, want %q", got, want)
	}
}

func TestManagementAnswersOnTheWire(t *testing.T) {
	const unknown = "AAAAAAAAAAAAAAA="
	tests := []struct {
		name, method, path string // {id} stands for the connection's id
		body               string
		status             int
		errorType, answer  string
	}{
		{"POST", "POST", "/ws/@connections/{id}", "x", 200, "", ""},
		{"POST nothing", "POST", "/ws/@connections/{id}", "", 200, "", ""},
		{"@ and = encoded", "POST", "/ws/%40connections/{enc}", "x", 200, "", ""},
		{"= encoded", "POST", "/ws/@connections/{enc}", "x", 200, "", ""},
		{"GET", "GET", "/ws/@connections/{id}", "", 200, "", `{"connectedAt":"2000-01-01T00:00:00.000Z","identity":{"sourceIp":"192.0.2.7","userAgent":"tester/1"},"lastActiveAt":"2000-01-01T00:00:00.000Z"}`},
		{"DELETE", "DELETE", "/ws/@connections/{id}", "", 204, "", ""},
		{"another method", "PUT", "/ws/@connections/{id}", "", 403, "ForbiddenException", `{"message":"Forbidden"}`},
		{"gone", "POST", "/ws/@connections/" + unknown, "x", 410, "GoneException", ""},
		{"malformed id", "GET", "/ws/@connections/abc%22", "", 400, "BadRequestException", `{"message":"Invalid connectionId: abc\""}`},
		{"no id", "GET", "/ws/@connections/", "", 400, "BadRequestException", `{"message":"Invalid connectionId: "}`},
		{"another stage", "POST", "/prod/@connections/{id}", "x", 403, "ForbiddenException", `{"message":"Forbidden"}`},
		{"no stage", "POST", "/@connections/{id}", "x", 403, "ForbiddenException", `{"message":"Forbidden"}`},
		{"not text", "POST", "/ws/@connections/{id}", "\xff", 400, "BadRequestException", `{"message":"Data is not UTF-8 text"}`},
		{"too large", "POST", "/ws/@connections/{id}", strings.Repeat("x", 128<<10+1), 413, "PayloadTooLargeException", `{"message":"Payload too large"}`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			withConnection(t, gateway.WebSocketConfig{}, func(t *testing.T, s *site, c *socket, id string) {
				go io.Copy(io.Discard, c.r)
				encoded := strings.ReplaceAll(id, "=", "%3D")
				path := strings.NewReplacer("{id}", id, "{enc}", encoded).Replace(test.path)
				res := s.manage(t, test.method, path, test.body)
				body, _ := io.ReadAll(res.Body)
				if res.StatusCode != test.status || string(body) != test.answer {
					t.Errorf("%d %s, want %d %s", res.StatusCode, body, test.status, test.answer)
				}
				wantErrorType(t, res, test.errorType)
				if res.Header.Get("x-amzn-RequestId") == "" {
					t.Error("no request id")
				}
			})
		})
	}
}

func TestManagementNeedsASignature(t *testing.T) {
	for _, authorization := range []string{"", "Bearer x", "AWS4-HMAC-SHA256 Credential=AKID/20000101/us-east-1/s3/aws4_request"} {
		t.Run(authorization, func(t *testing.T) {
			withConnection(t, gateway.WebSocketConfig{}, func(t *testing.T, s *site, c *socket, id string) {
				r, err := http.NewRequest("POST", "http://chat.example:8080"+connectionPath(id), strings.NewReader("x"))
				if err != nil {
					t.Fatal(err)
				}
				r.Header.Set("Authorization", authorization)
				res := s.do(t, r)
				body, _ := io.ReadAll(res.Body)
				if res.StatusCode != 403 || string(body) != `{"message":"Missing Authentication Token"}` {
					t.Errorf("%d %s", res.StatusCode, body)
				}
				wantErrorType(t, res, "MissingAuthenticationTokenException")
				c.silent()
			})
		})
	}
}

func TestDescriptionHasNullForAMissingUserAgent(t *testing.T) {
	connect := newRecorder()
	cfg := gateway.WebSocketConfig{Routes: routes(map[string]gateway.Invoker{"$connect": connect})}
	withWebSocket(t, cfg, func(t *testing.T, s *site) {
		r := handshakeRequest("/ws")
		r.Header.Set("User-Agent", "")
		s.handshake(t, r)
		res := s.manage(t, "GET", connectionPath(idOf(t, connect.only(t))), "")
		if body, _ := io.ReadAll(res.Body); !strings.Contains(string(body), `"userAgent":null`) {
			t.Errorf("body %s", body)
		}
	})
}

func TestPostToOneselfInDisconnectIsGone(t *testing.T) {
	sdkEnvironment(t)
	results := make(chan error, 1)
	var api *apigatewaymanagementapi.Client
	connect := newRecorder()
	disconnect := function(func(ctx context.Context, event []byte) ([]byte, error) {
		results <- post(ctx, api, idOf(t, event), "am I there?")
		return []byte(ok), nil
	})
	cfg := gateway.WebSocketConfig{Routes: routes(map[string]gateway.Invoker{"$connect": connect, "$disconnect": disconnect})}
	withWebSocket(t, cfg, func(t *testing.T, s *site) {
		api = s.sdk(t, "ws")
		s.connect(t).conn.Close()
		var gone *types.GoneException
		if err := <-results; !errors.As(err, &gone) {
			t.Errorf("error is %v", err)
		}
	})
}

func TestIsManagement(t *testing.T) {
	for path, want := range map[string]bool{
		"/ws/@connections/x":   true,
		"/ws/%40connections/x": true,
		"/ws":                  false,
		"/ws/x?@connections/":  false,
	} {
		r, err := http.NewRequest("GET", "http://localhost"+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		if got := gateway.IsManagement(r); got != want {
			t.Errorf("%s: %v", path, got)
		}
	}
}
