import RouteMap
import StrictJSON

/// Turns a JSON text into the nodes that a YAML text is read as, each with its place.
struct JSONNodeReader {
    private static let maximumDepth = 64

    let log: DiagnosticLog

    /// The value in the bytes; `nil` after an error was logged.
    func document(_ bytes: [UInt8]) -> YAMLNode? {
        var builder = Builder()
        var reader = JSONReader(maximumDepth: Self.maximumDepth)
        do {
            let node = try builder.value(try reader.next(in: bytes.span), &reader, bytes.span)
            // What follows the value is read too, so that trailing bytes are found.
            _ = try reader.next(in: bytes.span)
            return node
        } catch {
            log.error("not JSON: \(error)", at: TextPosition.position(ofByte: error.offset, in: bytes))
            return nil
        }
    }

    private struct Builder {
        /// Where a place was asked for last: places are asked for in the order of the text.
        private var offset = 0
        private var line = 1
        private var column = 1

        mutating func value(
            _ token: JSONReader.Token,
            _ reader: inout JSONReader,
            _ bytes: Span<UInt8>
        ) throws(JSONError) -> YAMLNode {
            switch token {
            case .beginObject:
                let position = position(of: reader.offset - 1, bytes)
                let pairs = try members(&reader, bytes)
                return YAMLNode(content: .mapping(pairs), position: position)
            case .beginArray:
                let position = position(of: reader.offset - 1, bytes)
                var items: [YAMLNode] = []
                while true {
                    let token = try reader.next(in: bytes)
                    if token == .endArray { return YAMLNode(content: .sequence(items), position: position) }
                    items.append(try value(token, &reader, bytes))
                }
            case .string(let text): return string(text, bytes)
            case .number(let range):
                return plain(String(decoding: range.map { bytes[$0] }, as: UTF8.self), reader.offset, bytes)
            case .bool(let value): return plain(value ? "true" : "false", reader.offset, bytes)
            case .null: return plain("null", reader.offset, bytes)
            case .name, .endObject, .endArray, .end:
                // The reader gives none of these where a value belongs.
                throw JSONError(.unexpectedByte, at: reader.offset)
            }
        }

        private mutating func members(
            _ reader: inout JSONReader,
            _ bytes: Span<UInt8>
        ) throws(JSONError) -> [(key: YAMLNode, value: YAMLNode)] {
            var pairs: [(key: YAMLNode, value: YAMLNode)] = []
            var names: Set<String> = []
            while case .name(let text) = try reader.next(in: bytes) {
                let key = string(text, bytes)
                guard names.insert(key.text ?? "").inserted else {
                    throw JSONError(.duplicateMember, at: text.range.lowerBound)
                }
                let token = try reader.next(in: bytes)
                pairs.append((key, try value(token, &reader, bytes)))
            }
            return pairs
        }

        private mutating func string(_ text: JSONText, _ bytes: Span<UInt8>) -> YAMLNode {
            let content = YAMLNode.Content.scalar(
                text: String(decoding: text.decoded(in: bytes), as: UTF8.self),
                isPlain: false
            )
            return YAMLNode(content: content, position: position(of: text.range.lowerBound - 1, bytes))
        }

        /// A scalar that ends at an offset.
        private mutating func plain(_ text: String, _ end: Int, _ bytes: Span<UInt8>) -> YAMLNode {
            let position = position(of: end - text.utf8.count, bytes)
            return YAMLNode(content: .scalar(text: text, isPlain: true), position: position)
        }

        private mutating func position(of target: Int, _ bytes: Span<UInt8>) -> SourcePosition {
            while offset < target {
                offset += 1
                // A character that goes on has no column of its own.
                if offset < bytes.count, bytes[offset] & 0xC0 == 0x80 { continue }
                let isLineEnd = bytes[offset - 1] == UInt8(ascii: "\n")
                (line, column) = isLineEnd ? (line + 1, 1) : (line, column + 1)
            }
            return SourcePosition(line: line, column: column)
        }
    }
}
