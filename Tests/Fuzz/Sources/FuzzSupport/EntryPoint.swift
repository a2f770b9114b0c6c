/// What libFuzzer calls with each input.
public typealias FuzzCallback = @convention(c) (UnsafePointer<UInt8>?, Int) -> Int32

/// libFuzzer's own main function, for programs that have one of another name; it is plain C.
@_silgen_name("LLVMFuzzerRunDriver")
private func runDriver(
    _ count: UnsafeMutablePointer<Int32>,
    _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
    _ callback: FuzzCallback
) -> Int32

/// Runs a fuzzer. SwiftPM gives the main function of each executable target a name of its own, `<target>_main`, and
/// makes `main` an alias of it; each fuzzer defines that function and calls this.
public func runFuzzer(
    _ count: Int32,
    _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>,
    _ callback: FuzzCallback
) -> Int32 {
    var count = count
    var arguments = arguments
    return runDriver(&count, &arguments, callback)
}
