import FuzzSupport

/// A head of a request or of a response, behind one byte that decides how the gateway is set up: what is written for
/// the other side is what a plain reading of the rules expects, and our own parser reads it as the same message.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzHeaderRules(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let input = FuzzInput(start, count).bytes
    guard let options = input.first else { return 0 }
    let bytes = Array(input.dropFirst())
    ForwardedRequest(bytes, options: options)?.check()
    ForwardedResponse(bytes, options: options)?.check()
    return 0
}

@_cdecl("FuzzHeaderRules_main")
func entryPoint(_ count: Int32, _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Int32 {
    runFuzzer(count, arguments) { bytes, count in fuzzHeaderRules(bytes, count) }
}
