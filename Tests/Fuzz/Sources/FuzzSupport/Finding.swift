/// Stops the process with a message, so that libFuzzer keeps the input: the code under test broke a promise.
public func finding(_ message: String, file: StaticString = #fileID, line: UInt = #line) -> Never {
    fatalError("finding: \(message)", file: file, line: line)
}

/// Makes sure that a promise of the code under test is kept. The message is made only when it is not.
@inline(__always)
public func expect(
    _ isKept: Bool,
    _ message: @autoclosure () -> String,
    file: StaticString = #fileID,
    line: UInt = #line
) {
    if !isKept { finding(message(), file: file, line: line) }
}

/// Makes sure that two readings of one input are the same.
@inline(__always)
public func expectEqual<Value: Equatable>(
    _ left: Value,
    _ right: Value,
    _ message: @autoclosure () -> String,
    file: StaticString = #fileID,
    line: UInt = #line
) {
    if left != right { finding("\(message())\n  one: \(left)\n  other: \(right)", file: file, line: line) }
}

/// Bytes as a literal, for messages.
public func quoted(_ bytes: some Sequence<UInt8>) -> String {
    var text = "\""
    for byte in bytes {
        switch byte {
        case UInt8(ascii: "\r"): text += "\\r"
        case UInt8(ascii: "\n"): text += "\\n"
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): text += "\\" + String(UnicodeScalar(byte))
        case 0x20..<0x7F: text += String(UnicodeScalar(byte))
        default: text += "\\x" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }
    }
    return text + "\""
}
