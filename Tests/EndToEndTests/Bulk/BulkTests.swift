import Foundation
import Testing

extension EndToEndTests {
    /// `SCOPEGATE_TEST_BULK_MIB` sets the size of the transfers in MiB; 1024 by default.
    @Suite("Large and slow bodies, in front of nginx")
    struct BulkTests {
        private static let mebibyte = 1 << 20
        private static let allowedGrowth = 32 * mebibyte

        private static let size =
            (ProcessInfo.processInfo.environment["SCOPEGATE_TEST_BULK_MIB"].flatMap { Int($0) } ?? 1024) * mebibyte

        /// Writes bytes that repeat nowhere: AES in counter mode over zeros.
        private static func generate(_ path: String, size: Int) throws {
            let cipher = "openssl enc -aes-128-ctr -nosalt -K 00112233445566778899aabbccddeeff -iv 00 -in /dev/zero"
            let result = try ChildProcess.run("sh", ["-c", "\(cipher) 2>/dev/null | head -c \(size) > '\(path)'"])
            try #require(result.end == .exited(0), "\(result.errors)")
        }

        private static func checksum(_ path: String) throws -> String {
            let result = try ChildProcess.run("sha256sum", [path])
            return try #require(result.output.split(separator: " ").first.map(String.init), "\(result.errors)")
        }

        /// Runs a shell command while the gateway's memory is watched.
        private static func run(_ command: String, watching gateway: GatewayProcess, _ name: String) throws -> String {
            try gateway.forgetPeakMemory()
            let before = try gateway.memory()
            let start = monotonicSeconds()
            let result = try ChildProcess.run("sh", ["-c", command], within: 240)
            let growth = try gateway.memory("VmHWM") - before
            let seconds = monotonicSeconds() - start
            #expect(result.end == .exited(0), "\(name): \(result.errors)")
            #expect(growth < allowedGrowth, "\(name): grew by \(growth >> 10) KiB")
            print("\(name): \(size / mebibyte) MiB in \(String(format: "%.1f", seconds)) s, +\(growth >> 10) KiB")
            return result.output
        }

        @Test func arriveWholeWithoutBeingHeld() async throws {
            try await withNginx { gateway, nginx in
                let source = nginx.folder.file("source")
                try Self.generate(source, size: Self.size)
                try FileManager.default.createSymbolicLink(atPath: nginx.file("bulk"), withDestinationPath: source)
                let expected = try Self.checksum(source)
                let base = "http://127.0.0.1:\(gateway.port)/open/files"
                #expect(try gateway.exchange("HEAD", "/open/files/bulk").field("Content-Length") == "\(Self.size)")

                let download = try Self.run("curl -sSf \(base)/bulk | sha256sum", watching: gateway, "download")
                #expect(download.hasPrefix(expected))

                let put = "curl -sSf -o /dev/null -H Expect:"
                let upload = "\(put) -T '\(source)' \(base)/length"
                _ = try Self.run(upload, watching: gateway, "upload with a length")
                #expect(try Self.checksum(nginx.file("length")) == expected)
                try FileManager.default.removeItem(atPath: nginx.file("length"))

                let chunked = "\(put) -T - \(base)/chunked < '\(source)'"
                _ = try Self.run(chunked, watching: gateway, "upload in chunks")
                #expect(try Self.checksum(nginx.file("chunked")) == expected)
            }
        }

        /// The gateway takes no more from the backend than a slow client takes from it.
        @Test func aSlowReaderIsWaitedFor() async throws {
            try await withNginx { gateway, nginx in
                try Self.generate(nginx.file("bulk"), size: 64 * Self.mebibyte)
                #expect(try gateway.exchange("HEAD", "/open/files/bulk").status == 200)
                try gateway.forgetPeakMemory()
                let before = try gateway.memory()
                let client = try gateway.client(receiveBuffer: 16 << 10)
                try client.send(RawClient.request("GET", "/open/files/bulk"))
                #expect(try client.readHead().status == 200)
                // 100 KiB a second, in tenths.
                let start = monotonicSeconds()
                for tenth in 1...40 {
                    _ = try client.take(10 << 10)
                    try waitUntil("the next tenth of a second") { monotonicSeconds() >= start + Double(tenth) / 10 }
                }
                let growth = try gateway.memory("VmHWM") - before
                #expect(growth < Self.allowedGrowth, "grew by \(growth >> 10) KiB")
                print("slow reader: +\(growth >> 10) KiB")
            }
        }

        @Test func answersWithoutABodyPassAsSent() async throws {
            try await withNginx { gateway, nginx in
                try Data("twelve bytes".utf8).write(to: URL(fileURLWithPath: nginx.file("small")))
                // All on one connection: each has to end where it ends.
                let client = try gateway.client()
                for _ in 0..<3 {
                    let head = try client.exchange("HEAD", "/open/files/small")
                    #expect(head.status == 200 && head.field("Content-Length") == "12" && head.body.isEmpty)
                    let none = try client.exchange("GET", "/open/204")
                    #expect(none.status == 204 && none.body.isEmpty && none.field("Content-Length") == nil)
                    let same = try client.exchange("GET", "/open/304")
                    #expect(same.status == 304 && same.body.isEmpty)
                    let empty = try client.exchange("GET", "/open/empty")
                    #expect(empty.status == 200 && empty.body.isEmpty)
                    let small = try client.exchange("GET", "/open/files/small")
                    #expect(small.text == "twelve bytes")
                    let tag = try #require(small.field("ETag"))
                    let known = try client.exchange("GET", "/open/files/small", fields: ["If-None-Match: \(tag)"])
                    #expect(known.status == 304 && known.field("ETag") == tag)
                    let part = try client.exchange("GET", "/open/files/small", fields: ["Range: bytes=0-5"])
                    #expect(part.status == 206 && part.text == "twelve")
                    #expect(try client.exchange("GET", "/open/files/missing").status == 404)
                }
            }
        }
    }
}
