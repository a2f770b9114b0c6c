import JournalDemo
import Testing

@Suite("Screenshots", .timeLimit(.minutes(5)))
struct ScreenshotTests {
    private static let path = "/api/v1/screenshots"
    /// Holds what could be taken for a delimiter.
    private static let image: [UInt8] = [0x89] + Array("PNG\r\n\r\n--fence\r\n--fen--\r\n".utf8) + [0, 0xFF]

    private static func form(_ parts: [(head: String, bytes: [UInt8])]) -> [UInt8] {
        parts.flatMap { Array("--fence7\r\n\($0.head)\r\n\r\n".utf8) + $0.bytes + Array("\r\n".utf8) }
            + Array("--fence7--\r\n".utf8)
    }

    @Test(arguments: ["multipart/form-data; boundary=fence7", "Multipart/Form-Data; charset=x; boundary=\"fence7\""])
    func areUploadedAsForms(contentType: String) async throws {
        try await withJournal { client in
            let body = Self.form([
                ("Content-Disposition: form-data; name=\"trade_id\"", Array("trd_2".utf8)),
                (
                    "content-disposition: form-data; name=\"file\"; filename=\"a.png\"\r\nContent-Type: image/png",
                    Self.image
                ),
            ])
            let created = try await client.send("POST", Self.path, [("Content-Type", contentType)], body: body)
            #expect(created.status == 201)
            #expect(try created.json["trade_id"] == "trd_2")
            #expect(try created.json["size"] == .integer(Int64(Self.image.count)))
            let location = try #require(created.field("Location"))
            let downloaded = try await client.send("GET", location)
            #expect(downloaded.body == Self.image)
            #expect(downloaded.field("Content-Type") == "image/png")
            #expect(downloaded.field("X-Content-Type-Options") == "nosniff")
        }
    }

    @Test func areUploadedAsTheyAreAndArchived() async throws {
        try await withJournal { client in
            let bytes = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
            let target = Self.path + "?trade_id=trd_1"
            let created = try await client.send("POST", target, [("Content-Type", "image/webp")], body: bytes)
            #expect(created.status == 201)
            #expect(try created.json["trade_id"] == "trd_1")
            let location = try #require(created.field("Location"))
            #expect(try await client.send("GET", location).body == bytes)
            #expect(try await client.send("HEAD", location).field("Content-Length") == "300000")
            #expect(try await client.send("DELETE", location).status == 204)
            #expect(try await client.send("GET", location).status == 410)
            #expect(try await client.send("DELETE", location).status == 204)
        }
    }

    @Test func typesThatAreNoMediaTypesAreNotShown() async throws {
        try await withJournal { client in
            for type in ["text/html; x=y", "image", "a/b/c", "/"] {
                let created = try await client.send("POST", Self.path, [("Content-Type", type)], body: [1])
                let location = try #require(created.field("Location"))
                #expect(try await client.send("GET", location).field("Content-Type") == "application/octet-stream")
            }
        }
    }

    @Test(arguments: [
        ("image/png", "", 422), ("multipart/form-data", "--a--\r\n", 400),
        ("multipart/form-data; boundary=", "----\r\n", 400), ("multipart/form-data; boundary=a", "", 400),
        ("multipart/form-data; boundary=a", "--a", 400), ("multipart/form-data; boundary=a", "--a\r\n", 400),
        ("multipart/form-data; boundary=a", "--a\r\nbad\r\n\r\nx\r\n--a--", 400),
        ("multipart/form-data; boundary=a", "--a--\r\n", 422),
        ("multipart/form-data; boundary=a", "--a\r\nContent-Disposition: form-data; name=x\r\n\r\ny\r\n--a--", 422),
    ])
    func malformedUploadsAreRefused(contentType: String, body: String, status: Int) async throws {
        try await withJournal { client in
            let reply = try await client.send(
                "POST",
                Self.path,
                [("Content-Type", contentType)],
                body: Array(body.utf8)
            )
            #expect(reply.status == status)
        }
    }
}
