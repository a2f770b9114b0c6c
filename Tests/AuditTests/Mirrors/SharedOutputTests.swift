import Foundation
import Glibc
import Testing

@testable import Audit

/// A pipe as small as pipes get, and two descriptors of its writing end.
private final class SmallPipe: Sendable {
    let reading: Int32
    let writing: [Int32]

    init() throws {
        var ends: [Int32] = [0, 0]
        try #require(pipe(&ends) == 0)
        _ = fcntl(ends[1], 1031, 4096)
        reading = ends[0]
        writing = [ends[1], dup(ends[1])]
    }

    func closeWriting() { for descriptor in writing { close(descriptor) } }

    func readAll() -> [UInt8] {
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 501)
        while true {
            let count = read(reading, &piece, piece.count)
            guard count > 0 else { break }
            bytes += piece[..<count]
        }
        close(reading)
        return bytes
    }
}

/// Runs what blocks on a thread of its own, at once: those that tests share are as few as there are cores.
private func onThread<Result: Sendable>(_ body: @escaping @Sendable () -> Result) -> Task<Result?, Never> {
    let (results, continuation) = AsyncStream.makeStream(of: Result.self)
    Thread.detachNewThread {
        continuation.yield(body())
        continuation.finish()
    }
    return Task { await results.first { _ in true } }
}

@Suite struct SharedOutputTests {
    /// Lines of several writers to one pipe, by several descriptors, come out whole and in each writer's order.
    @Test func linesOfSeveralWritersStayWhole() async throws {
        let pipe = try SmallPipe()
        let writers = (0..<3).map { writer in
            onThread {
                var output = DescriptorOutput(pipe.writing[writer % 2])
                for batch in 0..<20 {
                    let lines = (0..<20).map { line in
                        "\(writer) \(batch * 20 + line) " + String(repeating: "x", count: 100 * line % 7000) + "\n"
                    }
                    #expect(output.write(Array(lines.joined().utf8)).isEmpty)
                }
            }
        }
        let reader = onThread { pipe.readAll() }
        for writer in writers { _ = await writer.value }
        pipe.closeWriting()
        let lines = String(decoding: try #require(await reader.value), as: UTF8.self).split(separator: "\n")
        #expect(lines.count == 1200)
        var next = [0, 0, 0]
        for line in lines {
            let parts = line.split(separator: " ", omittingEmptySubsequences: false)
            let (writer, number) = (Int(parts[0]) ?? -1, Int(parts[1]) ?? -1)
            try #require((0..<3).contains(writer) && parts.count == 3)
            #expect(next[writer] == number && parts[2].utf8.allSatisfy { $0 == UInt8(ascii: "x") })
            next[writer] += 1
        }
    }

    /// Descriptors of one file, however they were opened, share its turn; those of others don't.
    @Test func aFileHasOneTurn() throws {
        let pipe = try SmallPipe()
        let other = try SmallPipe()
        let turn = OutputTurn.of(pipe.writing[0])
        #expect(turn === OutputTurn.of(pipe.writing[1]))
        #expect(turn !== OutputTurn.of(other.writing[0]))
        let again = open("/proc/self/fd/\(pipe.writing[0])", O_WRONLY)
        #expect(turn === OutputTurn.of(again))
        for descriptor in [again, pipe.reading, other.reading] { close(descriptor) }
        pipe.closeWriting()
        other.closeWriting()
    }

    /// Whoever logs doesn't wait for a reader; what finds no room is said when there is one.
    @Test func aSinkHoldsNobodyUp() async throws {
        let pipe = try SmallPipe()
        let sink = LineSink(pipe.writing[0], limit: 10_000) { Array("lost \($0)\n".utf8) }
        for number in 0..<1000 { sink.write(Array("\(number) \(String(repeating: "y", count: 90))\n".utf8)) }
        let reader = onThread { pipe.readAll() }
        sink.flush(nanoseconds: 10_000_000_000)
        sink.write(Array("last\n".utf8))
        sink.flush(nanoseconds: 10_000_000_000)
        pipe.closeWriting()
        let lines = String(decoding: try #require(await reader.value), as: UTF8.self).split(separator: "\n").map(
            String.init
        )
        let written = lines.compactMap { $0.hasSuffix("y") ? Int($0.split(separator: " ")[0]) : nil }
        let lost = lines.filter { $0.hasPrefix("lost ") }.compactMap { Int($0.dropFirst(5)) }.reduce(0, +)
        #expect(written == written.sorted() && Set(written).count == written.count && written.count >= 100)
        #expect(written.count + lost == 1000 && lines.last == "last")
    }

    /// What could not be finished doesn't run into what comes next.
    @Test func anUnfinishedLineIsEnded() throws {
        let directory = try TemporaryDirectory()
        let descriptor = open(directory.file("log"), O_WRONLY | O_APPEND | O_CREAT, 0o600)
        defer { close(descriptor) }
        var output = DescriptorOutput(descriptor)
        OutputTurn.of(descriptor).endsMidLine = true
        #expect(output.write(Array("a\n".utf8)).isEmpty)
        #expect(output.write(Array("b\n".utf8)).isEmpty)
        #expect(try contents(directory.file("log")) == Array("\na\nb\n".utf8))
    }
}
