import Foundation
import Glibc
import Testing

@testable import Audit

@Suite struct SyslogTests {
    @Test func framing() {
        let format = SyslogFormat(facility: .authpriv, host: "gate 1\u{E9}", process: 42)
        let line = Array(#"{"time":"2026-11-24T08:30:15.250000Z","seq":1}"#.utf8)
        #expect(
            String(decoding: format.message(line[...]), as: UTF8.self)
                == #"<85>1 2026-11-24T08:30:15.250000Z gate1 scopegate 42 audit - "#
                + #"{"time":"2026-11-24T08:30:15.250000Z","seq":1}"#
        )
        let other = SyslogFormat(facility: .local7, host: "", process: 1)
        #expect(
            String(decoding: other.message(Array("x".utf8)[...]), as: UTF8.self) == "<189>1 - - scopegate 1 audit - x"
        )
    }

    /// A daemon of the test's own at a local socket.
    private func socket(_ path: String, _ type: __socket_type) -> Int32 {
        let descriptor = Glibc.socket(AF_UNIX, Int32(type.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        #expect(result == 0)
        return descriptor
    }

    private func receive(_ descriptor: Int32) -> String {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let count = recv(descriptor, &buffer, buffer.count, 0)
        return String(decoding: buffer.prefix(max(count, 0)), as: UTF8.self)
    }

    @Test func linesComeAsDatagramsAndAgainAfterARestartOfTheDaemon() throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("log")
        var output = SyslogOutput(path: path, facility: .user)
        #expect(Array(output.write(Array("a\n".utf8))) == Array("a\n".utf8))
        #expect(output.problem == "No such file or directory")
        let first = socket(path, SOCK_DGRAM)
        #expect(output.write(Array("a\nb\n".utf8)).isEmpty)
        #expect(receive(first).hasSuffix(" audit - a"))
        #expect(receive(first).hasSuffix(" audit - b"))
        close(first)
        unlink(path)
        let second = socket(path, SOCK_DGRAM)
        #expect(output.write(Array("c\n".utf8)).isEmpty)
        #expect(receive(second).hasSuffix(" audit - c"))
        close(second)
    }

    @Test func aStreamCountsOctets() throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("log")
        let listener = socket(path, SOCK_STREAM)
        #expect(listen(listener, 1) == 0)
        var output = SyslogOutput(path: path, facility: .user)
        #expect(output.write(Array("a\n".utf8)).isEmpty)
        let connection = accept(listener, nil, nil)
        let text = receive(connection)
        let parts = text.split(separator: " ", maxSplits: 1)
        #expect(parts.count == 2 && Int(parts[0]) == parts[1].utf8.count)
        close(connection)
        close(listener)
    }

    @Test func aMirrorGetsTheSameLines() async throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("log")
        let daemon = socket(path, SOCK_DGRAM)
        defer { close(daemon) }
        var options = AuditOptions()
        options.mirrors = [.syslog(path: path, facility: .local0)]
        let log = try AuditLog(path: directory.file("audit.jsonl"), options: options)
        #expect(await log.append(.numbered(1)) == .written)
        log.close()
        let lines = try contents(directory.file("audit.jsonl")).split(separator: 0x0A)
        for line in lines {
            #expect(receive(daemon).hasSuffix(" audit - \(String(decoding: line, as: UTF8.self))"))
        }
        #expect(lines.count == 2 && log.counters.unmirrored == 0)
    }
}
