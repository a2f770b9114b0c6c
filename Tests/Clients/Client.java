// Java's HttpClient and HttpURLConnection: Client.java NAME TRANSPORT TASKS, where NAME is HttpClient or HttpURLConnection.

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.UUID;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManagerFactory;

class Client {
    static final int MEBIBYTE = 1 << 20;
    static final String URL = System.getenv("URL"), KEY = System.getenv("KEY");
    static byte[] payload;
    static Library library;

    record Answer(int status, InputStream body) {
        String text() throws IOException { return new String(body.readAllBytes()); }
    }

    interface Library {
        Answer request(String method, String target, byte[] body, boolean chunked) throws Exception;
    }

    record Modern(HttpClient client) implements Library {
        public Answer request(String method, String target, byte[] body, boolean chunked) throws Exception {
            HttpRequest.BodyPublisher publisher =
                body == null ? HttpRequest.BodyPublishers.noBody()
                : chunked ? HttpRequest.BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(body))
                : HttpRequest.BodyPublishers.ofByteArray(body);
            HttpRequest request = HttpRequest.newBuilder(URI.create(URL + target)).method(method, publisher)
                .header("Authorization", "Bearer " + KEY).timeout(Duration.ofSeconds(60)).build();
            HttpResponse<InputStream> response = client.send(request, HttpResponse.BodyHandlers.ofInputStream());
            return new Answer(response.statusCode(), response.body());
        }
    }

    // One factory for all: connections are kept for those that come with the same.
    record Old(SSLSocketFactory factory) implements Library {
        public Answer request(String method, String target, byte[] body, boolean chunked) throws Exception {
            HttpURLConnection connection = (HttpURLConnection) new java.net.URL(URL + target).openConnection();
            if (connection instanceof HttpsURLConnection secure) secure.setSSLSocketFactory(factory);
            connection.setRequestMethod(method);
            connection.setRequestProperty("Authorization", "Bearer " + KEY);
            connection.setReadTimeout(60_000);
            if (body != null) {
                connection.setDoOutput(true);
                if (chunked) connection.setChunkedStreamingMode(65536);
                else connection.setFixedLengthStreamingMode(body.length);
                try (var out = connection.getOutputStream()) {
                    for (int start = 0; start < body.length; start += 65536) {
                        out.write(body, start, Math.min(65536, body.length - start));
                    }
                } catch (IOException error) {
                    // The answer may have come before the end of the body.
                    if (connection.getResponseCode() < 0) throw error;
                }
            }
            int status = connection.getResponseCode();
            return new Answer(status, status < 400 ? connection.getInputStream() : connection.getErrorStream());
        }
    }

    static void expect(boolean condition, Object found) {
        if (!condition) throw new IllegalStateException(String.valueOf(found));
    }

    static void get() throws Exception {
        Answer answer = library.request("GET", "/api/get", null, false);
        String text = answer.text();
        expect(answer.status() == 200 && text.equals("{\"name\": \"get\"}"), answer.status() + " " + text);
    }

    static void upload(byte[] content, boolean chunked) throws Exception {
        Answer answer = library.request("POST", "/api/upload", content, chunked);
        String text = answer.text();
        String digest = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
        expect(answer.status() == 200, answer.status() + " " + text);
        expect(text.equals("{\"length\": " + content.length + ", \"sha256\": \"" + digest + "\"}"), text);
    }

    static void refused(int count) throws Exception {
        Answer answer = library.request("POST", "/api/refused", Arrays.copyOf(payload, count * MEBIBYTE), false);
        String text = answer.text();
        expect(answer.status() == 403 && text.contains("\"code\":\"forbidden_scope\""), answer.status() + " " + text);
        get();
    }

    static void events() throws Exception {
        String id = UUID.randomUUID().toString();
        InputStream body = library.request("GET", "/api/events?id=" + id, null, false).body();
        String text = new String(body.readNBytes(9));
        expect(text.equals("data: 0\n\n"), text);
        Answer seen = library.request("GET", "/api/seen?id=" + id, null, false);
        expect(seen.status() == 200, seen.status());
        seen.text();
        text += new String(body.readAllBytes());
        expect(text.equals("data: 0\n\ndata: 1\n\ndata: 2\n\ndata: 3\n\ndata: 4\n\n"), text);
    }

    static void run(String task) throws Exception {
        switch (task) {
            case "get" -> get();
            case "post" -> upload("{\"a\":1}".getBytes(), false);
            case "upload" -> upload(payload, false);
            case "chunked" -> upload(payload, true);
            case "events" -> events();
            case "refused-1" -> refused(1);
            case "refused-6" -> refused(6);
            case "refused-20" -> refused(20);
            case "download" -> {
                Answer answer = library.request("GET", "/api/download", null, false);
                expect(answer.status() == 200 && Arrays.equals(answer.body().readAllBytes(), payload), answer.status());
            }
            case "early" -> {
                Answer answer = library.request("POST", "/api/early", Arrays.copyOf(payload, 6 * MEBIBYTE), false);
                String text = answer.text();
                expect(answer.status() == 413 && text.equals("{\"error\": \"too large\"}"), answer.status() + " " + text);
                get();
            }
            case "thousand" -> {
                for (int count = 0; count < 1000; count++) get();
            }
            default -> throw new IllegalArgumentException(task);
        }
    }

    static SSLContext trust() throws Exception {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        try (InputStream file = Files.newInputStream(Path.of(System.getenv("AUTHORITY")))) {
            store.setCertificateEntry("authority", CertificateFactory.getInstance("X.509").generateCertificate(file));
        }
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(store);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, factory.getTrustManagers(), null);
        return context;
    }

    public static void main(String[] arguments) throws Exception {
        payload = Files.readAllBytes(Path.of(System.getenv("PAYLOAD")));
        var version = arguments[1].equals("h2") ? HttpClient.Version.HTTP_2 : HttpClient.Version.HTTP_1_1;
        library = arguments[0].equals("HttpURLConnection") ? new Old(trust().getSocketFactory())
            : new Modern(HttpClient.newBuilder().sslContext(trust()).version(version).build());
        for (String task : arguments[2].split(",")) {
            String line = "{\"task\": \"" + task + "\"";
            try {
                run(task);
            } catch (Exception error) {
                String text = String.valueOf(error).replaceAll("[\"\\\\\\p{Cntrl}]", " ");
                line += ", \"error\": \"" + text + "\"";
            }
            System.out.println(line + "}");
        }
        System.exit(0);
    }
}
