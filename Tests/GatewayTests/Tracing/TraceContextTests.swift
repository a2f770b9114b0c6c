import Testing

@testable import Gateway

@Suite("Trace context")
struct TraceContextTests {
    @Test func isReadAndWritten() throws {
        let text = "00-0af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7-01"
        let context = try #require(TraceContext(traceparent: Array(text.utf8)))
        #expect(context.isSampled && context.spanID == 0x00f0_67aa_0ba9_02b7)
        #expect(context.traceIDText == "0af7651916cd43dd8448eb211c80319c")
        #expect(context.traceparent == text)
        let other = try #require(TraceContext(traceparent: Array(text.dropLast().utf8) + Array("2".utf8)))
        #expect(!other.isSampled && other.traceparent.hasSuffix("-00"))
    }

    @Test(arguments: [
        "", "00-0af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7",
        "ff-0af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7-01",
        "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
        "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
        "00-0AF7651916CD43DD8448EB211C80319C-00f067aa0ba902b7-01",
    ])
    func malformed(text: String) {
        #expect(TraceContext(traceparent: Array(text.utf8)) == nil)
    }

    @Test func newOnesDiffer() {
        #expect(TraceContext.random() != TraceContext.random())
        #expect(TraceContext.hex(1) == "0000000000000001")
    }
}
