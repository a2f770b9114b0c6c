// Go's net/http: client NAME TRANSPORT TASKS
package main

import (
	"bytes"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"time"
)

const mebibyte = 1 << 20

var (
	url, key = os.Getenv("URL"), os.Getenv("KEY")
	payload  []byte
	client   *http.Client
)

func expect(condition bool, found ...any) {
	if !condition {
		panic(fmt.Sprint(found...))
	}
}

func ask(method, target string, body io.Reader) *http.Response {
	request, err := http.NewRequest(method, url+target, body)
	expect(err == nil, err)
	request.Header.Set("Authorization", "Bearer "+key)
	response, err := client.Do(request)
	expect(err == nil, err)
	return response
}

func request(method, target string, body io.Reader) (int, []byte) {
	response := ask(method, target, body)
	defer response.Body.Close()
	content, err := io.ReadAll(response.Body)
	expect(err == nil, err)
	return response.StatusCode, content
}

func get() {
	status, body := request("GET", "/api/get", nil)
	expect(status == 200 && string(body) == `{"name": "get"}`, status, string(body))
}

func upload(content []byte, chunked bool) {
	var reader io.Reader = bytes.NewReader(content)
	if chunked {
		// Of a reader of this kind the length isn't known.
		reader = io.MultiReader(reader)
	}
	status, body := request("POST", "/api/upload", reader)
	expect(status == 200, status, string(body))
	var found struct {
		Length int
		Sha256 string
	}
	expect(json.Unmarshal(body, &found) == nil, string(body))
	digest := sha256.Sum256(content)
	expect(found.Length == len(content) && found.Sha256 == hex.EncodeToString(digest[:]), string(body))
}

func refused(count int) {
	status, body := request("POST", "/api/refused", bytes.NewReader(payload[:count*mebibyte]))
	expect(status == 403 && strings.Contains(string(body), `"code":"forbidden_scope"`), status, string(body))
	get()
}

func events() {
	id := fmt.Sprint("go", time.Now().UnixNano())
	response := ask("GET", "/api/events?id="+id, nil)
	defer response.Body.Close()
	text, piece := "", make([]byte, 4096)
	for {
		count, err := response.Body.Read(piece)
		if count > 0 {
			if text == "" {
				status, _ := request("GET", "/api/seen?id="+id, nil)
				expect(status == 200, status)
			}
			text += string(piece[:count])
		}
		if err == io.EOF {
			break
		}
		expect(err == nil, err)
	}
	expect(text == "data: 0\n\ndata: 1\n\ndata: 2\n\ndata: 3\n\ndata: 4\n\n", text)
}

var tasks = map[string]func(){
	"get":        get,
	"post":       func() { upload([]byte(`{"a":1}`), false) },
	"upload":     func() { upload(payload, false) },
	"chunked":    func() { upload(payload, true) },
	"refused-1":  func() { refused(1) },
	"refused-6":  func() { refused(6) },
	"refused-20": func() { refused(20) },
	"events":     events,
	"download": func() {
		status, body := request("GET", "/api/download", nil)
		expect(status == 200 && bytes.Equal(body, payload), status, len(body))
	},
	"early": func() {
		status, body := request("POST", "/api/early", bytes.NewReader(payload[:6*mebibyte]))
		expect(status == 413 && string(body) == `{"error": "too large"}`, status, string(body))
		get()
	},
	"thousand": func() {
		for count := 0; count < 1000; count++ {
			get()
		}
	},
}

func run(task string) {
	line := map[string]string{"task": task}
	defer func() {
		if fault := recover(); fault != nil {
			line["error"] = fmt.Sprint(fault)
		}
		text, _ := json.Marshal(line)
		fmt.Println(string(text))
	}()
	tasks[task]()
}

func main() {
	payload, _ = os.ReadFile(os.Getenv("PAYLOAD"))
	authority, _ := os.ReadFile(os.Getenv("AUTHORITY"))
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(authority)
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}, ForceAttemptHTTP2: os.Args[2] == "h2"}
	if os.Args[2] != "h2" {
		transport.TLSNextProto = map[string]func(string, *tls.Conn) http.RoundTripper{}
	}
	client = &http.Client{Transport: transport, Timeout: 60 * time.Second}
	for _, task := range strings.Split(os.Args[3], ",") {
		run(task)
	}
}
