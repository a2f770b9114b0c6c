import Dispatch
import GatewayConfig
import Testing

@testable import Gateway

@Suite("Loading with a bound")
struct BoundedLoadingTests {
    private static func problem(_ load: BoundedLoading, within limit: Duration = .seconds(20)) -> Diagnostic? {
        do throws(ConfigErrors) {
            _ = try load(2, within: limit)
            return nil
        } catch {
            return error.diagnostics.first
        }
    }

    @Test func aFileSystemThatDoesNotAnswer() throws {
        let answers = DispatchSemaphore(value: 0)
        let typo = Diagnostic(file: "a.yaml", line: 1, column: 1, severity: .error, message: "a typo")
        let load = BoundedLoading { _ throws(ConfigErrors) in
            answers.wait()
            throw ConfigErrors(diagnostics: [typo])
        }
        defer { load.stop() }
        let late = try #require(Self.problem(load, within: .milliseconds(10)))
        #expect(late.message == "the files were not read within 10ms" && late.suggestion?.isEmpty == false)
        // No second thread waits for what doesn't answer.
        let refused = try #require(Self.problem(load))
        #expect(refused.message.contains("an earlier reload"))
        // It answers: what comes of the call that nobody waits for any more is forgotten, and the next one is made.
        answers.signal()
        answers.signal()
        var next = try #require(Self.problem(load))
        while next.message.contains("an earlier reload") { next = try #require(Self.problem(load)) }
        #expect(next == typo)
    }
}
