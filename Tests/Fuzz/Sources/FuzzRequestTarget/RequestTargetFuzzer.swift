import FuzzSupport
import HTTP1

/// Any bytes as a request target: accepted exactly when a plain reading of the rules accepts them, and read the same
/// alone and within a request.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzRequestTarget(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = FuzzInput(start, count).bytes
    var target: RequestTarget?
    if case .success(let accepted) = RequestTarget.validate(bytes.span) { target = accepted }
    expectEqual(target != nil, PlainTarget.isAcceptable(bytes), "whether \(quoted(bytes)) is acceptable")
    if let target { checkRanges(of: target, bytes) }
    checkWithinRequest(bytes, target)
    return 0
}

private func checkRanges(of target: RequestTarget, _ bytes: [UInt8]) {
    let query = target.query.map { [UInt8(ascii: "?")] + bytes[$0.range] } ?? []
    let path = target.lacksPath ? [] : Array(bytes[target.path.range])
    expectEqual(Array(bytes[target.origin.range]), path + query, "path and query")
    if target.lacksPath { expectEqual(Array(bytes[target.path.range]), [UInt8(ascii: "/")], "a path that isn't there") }
    expectEqual(Int(target.origin.end), bytes.count, "the end of the target")
    expect(!bytes[target.path.range].contains(UInt8(ascii: "?")), "a path with a query")
    expectEqual(target.authority == nil, target.origin.start == 0, "the authority")
    // What goes upstream is a target too, the same one.
    let origin = (target.lacksPath ? [UInt8(ascii: "/")] : []) + bytes[target.origin.range]
    guard case .success(let second) = RequestTarget.validate(origin.span) else {
        finding("what would go upstream is not acceptable: \(quoted(origin))")
    }
    expectEqual(second.path.count, target.path.count, "the path of what goes upstream")
    expect(second.authority == nil, "what goes upstream has an authority")
}

private func checkWithinRequest(_ bytes: [UInt8], _ target: RequestTarget?) {
    let host = target?.authority.map { Array(bytes[$0.range.range]) } ?? Array("a.example".utf8)
    let head = Array("GET ".utf8) + bytes + Array(" HTTP/1.1\r\nHost: ".utf8) + host + Array("\r\n\r\n".utf8)
    var parser = RequestHeadParser()
    let progress = parser.parse(head.span)
    guard let target else {
        // A target that itself holds a line end may make another, shorter request of it, which is none of this one's.
        if !bytes.contains(0x0A) { expect(progress != .complete, "accepted within a request: \(quoted(bytes))") }
        return
    }
    expectEqual(progress, .complete, "within a request: \(quoted(bytes))")
    expectEqual(Array(head[parser.head.targetRange.range]), Array(bytes[target.origin.range]), "the target")
    expectEqual(Array(head[parser.head.pathRange.range]), Array(bytes[target.path.range]), "the path")
}

@_cdecl("FuzzRequestTarget_main")
func entryPoint(_ count: Int32, _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Int32 {
    runFuzzer(count, arguments) { bytes, count in fuzzRequestTarget(bytes, count) }
}
