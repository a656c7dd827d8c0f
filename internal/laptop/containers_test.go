package laptop

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const localSettings = `{"Parameters":{"TABLE_NAME":"projectchat",
"AWS_ENDPOINT_URL_DYNAMODB":"http://host.docker.internal:8000",
"AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI":"http://host.docker.internal:8080/ws"}}`

func mustReadSettings(t *testing.T, text string) (ContainerSettings, string) {
	t.Helper()
	root := t.TempDir()
	mustWrite(t, filepath.Join(root, ".sam", "local.json"), text)
	s, err := ReadContainerSettings(root)
	if err != nil {
		t.Fatal(err)
	}
	return s, root
}

func TestSettingsLeadContainersToThisMachine(t *testing.T) {
	s, root := mustReadSettings(t, localSettings)
	if got := s.Port(DatabaseVariable); got != 8000 {
		t.Errorf("port %d", got)
	}
	if got := s.Port("TABLE_NAME"); got != 0 {
		t.Errorf("port %d of a name", got)
	}
	for address, want := range map[string]string{
		"http://127.0.0.1:1234":    "http://host.docker.internal:1234",
		"http://localhost:1234/ws": "http://host.docker.internal:1234/ws",
		"http://[::1]:1234":        "http://host.docker.internal:1234",
		"http://192.0.2.1:1234":    "http://192.0.2.1:1234", // another machine is so for containers too
	} {
		if s.Point(DatabaseVariable, address); s.Parameters[DatabaseVariable] != want {
			t.Errorf("%s: %s, want %s", address, s.Parameters[DatabaseVariable], want)
		}
	}
	written := filepath.Join(root, ".sam", "local.json")
	if err := s.Write(written); err != nil {
		t.Fatal(err)
	}
	again, err := ReadContainerSettings(root)
	if diff := cmp.Diff(s, again); err != nil || diff != "" {
		t.Error(err, diff)
	}
}

func TestSettingsOfTheProjectAreThoseOfItsCommands(t *testing.T) {
	root, err := Root()
	if err != nil {
		t.Fatal(err)
	}
	s, err := ReadContainerSettings(root)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{
		"TABLE_NAME": TableName, "METRICS_NAMESPACE": "",
		DatabaseVariable:   "http://" + ContainerHost + ":8000",
		ManagementVariable: "http://" + ContainerHost + ":8080/ws",
	}
	if diff := cmp.Diff(want, s.Parameters); diff != "" {
		t.Error(diff)
	}
}

func TestSettingsThatCannotBeRead(t *testing.T) {
	root := t.TempDir()
	if _, err := ReadContainerSettings(root); err == nil {
		t.Error("none at all")
	}
	mustWrite(t, filepath.Join(root, ".sam", "local.json"), "{")
	if _, err := ReadContainerSettings(root); err == nil {
		t.Error("damaged")
	}
}

func mustWrite(t *testing.T, name, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}
