/// Writes strings as JSON has them (RFC 8259 §7).
public enum JSONQuoting {
    /// A string with its quotes. Bytes from 0x80 on go as they are: the text has to be UTF-8.
    public static func quoted(_ utf8: some Sequence<UInt8>) -> [UInt8] {
        var result: [UInt8] = []
        append(utf8, to: &result)
        return result
    }

    /// Appends a string with its quotes.
    public static func append(_ text: String, to result: inout [UInt8]) {
        var text = text
        text.withUTF8 { append($0, to: &result) }
    }

    private static func append(_ utf8: some Sequence<UInt8>, to result: inout [UInt8]) {
        result.append(UInt8(ascii: "\""))
        for byte in utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                result.append(UInt8(ascii: "\\"))
                result.append(byte)
            case 0..<0x20:
                result.append(contentsOf: "\\u00".utf8)
                result.append(hexDigit(byte >> 4))
                result.append(hexDigit(byte & 0xF))
            default: result.append(byte)
            }
        }
        result.append(UInt8(ascii: "\""))
    }

    /// A string with its quotes.
    public static func quoted(_ text: String) -> String {
        String(decoding: quoted(text.utf8), as: UTF8.self)
    }

    private static func hexDigit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
    }
}
