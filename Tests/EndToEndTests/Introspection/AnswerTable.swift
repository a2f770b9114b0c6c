/// Answers of an introspection endpoint, byte for byte, and what a request with such a key gets that needs read:trades.
enum AnswerTable {
    /// What the request gets: a status, and the code of the envelope.
    enum Outcome: String {
        case allowed = "200 -"
        case invalid = "401 invalid_key"
        case expired = "401 expired_key"
        case forbidden = "403 forbidden_scope"
        case unavailable = "503 introspection_unavailable"
    }

    struct Row {
        let name: String
        /// What is sent, in pieces with a short time between them.
        let pieces: [[UInt8]]
        let outcome: Outcome
    }

    static let rows: [Row] = bodies + statuses + types + framings

    // MARK: Bodies

    /// Bodies of a 200 answer of the right type.
    private static let bodies: [Row] =
        [
            ("plain", #"{"active":true,"scope":"read:trades"}"#, .allowed),
            ("white space", " \r\n\t{ \"active\" : true , \"scope\" : \"read:trades\" } \n", .allowed),
            ("scopes array", #"{"active":true,"scopes":["read:trades","x"]}"#, .allowed),
            ("scope array", #"{"active":true,"scope":["read:trades"]}"#, .allowed),
            ("escaped", #"{"\u0061ctive":true,"scope":"read\u003atrades"}"#, .allowed),
            ("other members", #"{"active":true,"scope":"read:trades","x":{"y":[1,2,{"z":null}]}}"#, .allowed),
            ("null identifiers", #"{"active":true,"scope":"read:trades","sub":null,"client_id":null}"#, .allowed),
            ("exp far", #"{"active":true,"scope":"read:trades","exp":253402300799}"#, .allowed),
            ("exp with exponent", #"{"active":true,"scope":"read:trades","exp":4.1e9}"#, .allowed),
            ("inactive", #"{"active":false}"#, .invalid),
            ("inactive with scopes", #"{"active":false,"scope":"read:trades"}"#, .invalid),
            ("inactive with junk", #"{"active":false,"exp":"x","scope":7}"#, .invalid),
            ("no scope", #"{"active":true}"#, .forbidden),
            ("scope empty", #"{"active":true,"scope":""}"#, .forbidden),
            ("scope null", #"{"active":true,"scope":null}"#, .forbidden),
            ("scopes empty", #"{"active":true,"scopes":[]}"#, .forbidden),
            ("other scope", #"{"active":true,"scope":"write:trades read:tags"}"#, .forbidden),
            ("scope of other case", #"{"active":true,"scope":"Read:Trades"}"#, .forbidden),
            ("scope that begins so", #"{"active":true,"scope":"read:tradesx read:trade"}"#, .forbidden),
            ("scope elsewhere", #"{"active":true,"nested":{"scope":"read:trades"}}"#, .forbidden),
            ("scope member of other case", #"{"active":true,"Scope":"read:trades"}"#, .forbidden),
            ("scope with commas", #"{"active":true,"scope":"read:trades,write:trades"}"#, .forbidden),
            ("scope with two spaces", #"{"active":true,"scope":"read:trades  x"}"#, .unavailable),
            ("scope with a tab", #"{"active":true,"scope":"read:trades\tx"}"#, .unavailable),
            ("scope number", #"{"active":true,"scope":7}"#, .unavailable),
            ("scope object", #"{"active":true,"scope":{"read:trades":true}}"#, .unavailable),
            ("scope nested array", #"{"active":true,"scope":[["read:trades"]]}"#, .unavailable),
            ("scopes with a number", #"{"active":true,"scopes":["read:trades",1]}"#, .unavailable),
            ("scope and scopes", #"{"active":true,"scope":"x","scopes":["read:trades"]}"#, .unavailable),
            ("active text", #"{"active":"true","scope":"read:trades"}"#, .unavailable),
            ("active number", #"{"active":1,"scope":"read:trades"}"#, .unavailable),
            ("active null", #"{"active":null,"scope":"read:trades"}"#, .unavailable),
            ("active missing", #"{"scope":"read:trades"}"#, .unavailable),
            ("active of other case", #"{"Active":true,"scope":"read:trades"}"#, .unavailable),
            ("active twice", #"{"active":false,"active":true,"scope":"read:trades"}"#, .unavailable),
            ("active twice, escaped", #"{"active":true,"\u0061ctive":false,"scope":"read:trades"}"#, .unavailable),
            ("scope twice", #"{"active":true,"scope":"","scope":"read:trades"}"#, .unavailable),
            ("member twice deep inside", #"{"active":true,"scope":"read:trades","x":{"y":1,"y":1}}"#, .unavailable),
            ("exp past", #"{"active":true,"scope":"read:trades","exp":1000}"#, .expired),
            ("exp zero", #"{"active":true,"scope":"read:trades","exp":0}"#, .unavailable),
            ("exp negative", #"{"active":true,"scope":"read:trades","exp":-1}"#, .unavailable),
            ("exp in milliseconds", #"{"active":true,"scope":"read:trades","exp":4102444800000}"#, .unavailable),
            ("exp huge", #"{"active":true,"scope":"read:trades","exp":1e300}"#, .unavailable),
            ("exp beyond a double", #"{"active":true,"scope":"read:trades","exp":1e99999}"#, .unavailable),
            ("exp fraction", #"{"active":true,"scope":"read:trades","exp":4102444800.5}"#, .unavailable),
            ("exp text", #"{"active":true,"scope":"read:trades","exp":"4102444800"}"#, .unavailable),
            ("exp date", #"{"active":true,"scope":"read:trades","exp":"2100-01-01T00:00:00Z"}"#, .unavailable),
            ("exp null", #"{"active":true,"scope":"read:trades","exp":null}"#, .unavailable),
            ("exp bool", #"{"active":true,"scope":"read:trades","exp":true}"#, .unavailable),
            ("nbf past", #"{"active":true,"scope":"read:trades","nbf":1}"#, .allowed),
            ("nbf future", #"{"active":true,"scope":"read:trades","nbf":4102444800}"#, .invalid),
            ("nbf text", #"{"active":true,"scope":"read:trades","nbf":"1"}"#, .unavailable),
            ("key id empty", #"{"active":true,"scope":"read:trades","key_id":""}"#, .unavailable),
            ("key id with a line end", #"{"active":true,"scope":"read:trades","key_id":"a\r\nX: y"}"#, .unavailable),
            (
                "key id long",
                #"{"active":true,"scope":"read:trades","key_id":"\#(String(repeating: "k", count: 257))"}"#,
                .unavailable
            ),
            ("sub number", #"{"active":true,"scope":"read:trades","sub":7}"#, .unavailable),
            ("empty", "", .unavailable),
            ("white space only", "  \n", .unavailable),
            ("null", "null", .unavailable),
            ("true", "true", .unavailable),
            ("text", #""active""#, .unavailable),
            ("array", #"[{"active":true,"scope":"read:trades"}]"#, .unavailable),
            ("form", "active=true&scope=read:trades", .unavailable),
            ("two values", #"{"active":true,"scope":"read:trades"}{}"#, .unavailable),
            ("comment", #"{"active":true,/**/"scope":"read:trades"}"#, .unavailable),
            ("trailing comma", #"{"active":true,"scope":"read:trades",}"#, .unavailable),
            ("single quotes", "{'active':true,'scope':'read:trades'}", .unavailable),
            ("capital literal", #"{"active":True,"scope":"read:trades"}"#, .unavailable),
            ("half", #"{"active":true,"scope":"read:tr"#, .unavailable),
            ("byte order mark", "\u{FEFF}{\"active\":true,\"scope\":\"read:trades\"}", .unavailable),
            ("control character", "{\"active\":true,\"scope\":\"read:trades\",\"x\":\"\u{1}\"}", .unavailable),
            ("lone surrogate", #"{"active":true,"scope":"read:trades","x":"\ud800"}"#, .unavailable),
            ("number with a zero before it", #"{"active":true,"scope":"read:trades","exp":04102444800}"#, .unavailable),
            (
                "deep",
                #"{"active":true,"scope":"read:trades","x":"# + String(repeating: "[", count: 500)
                    + String(repeating: "]", count: 500) + "}", .unavailable
            ),
            (
                "64 KiB",
                #"{"active":true,"scope":"read:trades","x":""# + String(repeating: "a", count: 65_492) + #""}"#,
                .allowed
            ),
            (
                "64 KiB of white space",
                #"{"active":true,"scope":"read:trades"}"# + String(repeating: " ", count: 65_499),
                .allowed
            ),
            (
                "a byte beyond 64 KiB",
                #"{"active":true,"scope":"read:trades"}"# + String(repeating: " ", count: 65_500),
                .unavailable
            ),
            (
                "a megabyte", String(repeating: " ", count: 1 << 20) + #"{"active":true,"scope":"read:trades"}"#,
                .unavailable
            ),
        ].map { name, body, outcome in Row(name: name, pieces: [json(Array(body.utf8))], outcome: outcome) } + [
            Row(
                name: "invalid UTF-8",
                pieces: [json(Array(#"{"active":true,"scope":"read:trades","x":""#.utf8) + [0xFF] + Array("\"}".utf8))],
                outcome: .unavailable
            ),
            Row(name: "NUL", pieces: [json(Array(good.utf8) + [0])], outcome: .unavailable),
            Row(
                name: "UTF-16",
                pieces: [json(good.utf16.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] })],
                outcome: .unavailable
            ),
        ]

    // MARK: Statuses

    private static let statuses: [Row] =
        [201, 202, 203, 206, 300, 304, 400, 401, 403, 404, 418, 429, 500, 502, 503]
        .map { status in
            let body = status == 304 ? "" : good
            return Row(
                name: "status \(status)",
                pieces: [json(Array(body.utf8), status: "\(status) X")],
                outcome: .unavailable
            )
        } + [
            Row(name: "status 204", pieces: [Array("HTTP/1.1 204 No Content\r\n\r\n".utf8)], outcome: .unavailable),
            Row(name: "redirect", pieces: [redirect(302)], outcome: .unavailable),
            Row(name: "redirect that keeps the method", pieces: [redirect(307)], outcome: .unavailable),
            Row(
                name: "early hints first",
                pieces: [Array("HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n".utf8) + json(Array(good.utf8))],
                outcome: .allowed
            ),
        ]

    // MARK: Types

    private static let types: [Row] = [
        ("application/json; charset=utf-8", .allowed), ("Application/JSON", .allowed), ("text/html", .unavailable),
        ("text/json", .unavailable), ("application/jsonp", .unavailable), ("application/problem+json", .unavailable),
        ("application/token-introspection+jwt", .unavailable), ("", .unavailable), (nil, .unavailable),
    ].map { (type: String?, outcome: Outcome) in
        Row(name: "type \(type ?? "missing")", pieces: [json(Array(good.utf8), type: type)], outcome: outcome)
    }

    // MARK: Framing

    private static let framings: [Row] = [
        Row(name: "chunked slowly", pieces: slowly(closing: true), outcome: .allowed),
        Row(name: "chunked, cut", pieces: slowly(closing: false), outcome: .unavailable),
        Row(
            name: "shorter than it says",
            pieces: [Array("HTTP/1.1 200 OK\r\n\(typeLine)Content-Length: 100\r\n\r\n\(good)".utf8)],
            outcome: .unavailable
        ),
        Row(
            name: "ended by the connection",
            pieces: [Array("HTTP/1.1 200 OK\r\n\(typeLine)Connection: close\r\n\r\n\(good)".utf8)],
            outcome: .allowed
        ),
        Row(name: "nothing", pieces: [], outcome: .unavailable),
        Row(name: "no HTTP", pieces: [Array("\(good)\r\n\r\n".utf8)], outcome: .unavailable),
        Row(name: "half a head", pieces: [Array("HTTP/1.1 200 OK\r\nContent-Ty".utf8)], outcome: .unavailable),
        Row(
            name: "gzip",
            pieces: [
                Array(
                    "HTTP/1.1 200 OK\r\n\(typeLine)Content-Encoding: gzip\r\nContent-Length: \(gzip.count)\r\n\r\n".utf8
                )
                    + gzip
            ],
            outcome: .unavailable
        ),
        Row(
            name: "two lengths",
            pieces: [
                Array(
                    ("HTTP/1.1 200 OK\r\n\(typeLine)Content-Length: \(good.utf8.count)\r\nContent-Length: 5\r\n\r\n"
                        + good).utf8
                )
            ],
            outcome: .unavailable
        ),
    ]

    private static let good = #"{"active":true,"scope":"read:trades"}"#
    private static let typeLine = "Content-Type: application/json\r\n"

    /// `{"active":true,"scope":"read:trades"}`, by zlib, without a time.
    private static let gzip: [UInt8] = [
        0x1F, 0x8B, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x03, 0xAB, 0x56, 0x4A, 0x4C, 0x2E, 0xC9, 0x2C, 0x4B,
        0x55, 0xB2, 0x2A, 0x29, 0x2A, 0x4D, 0xD5, 0x51, 0x2A, 0x4E, 0xCE, 0x2F, 0x00, 0x72, 0x94, 0x8A, 0x52, 0x13,
        0x53, 0x80, 0x42, 0x89, 0x29, 0xA9, 0xC5, 0x4A, 0xB5, 0x00, 0xF3, 0xA3, 0xBA, 0xC3, 0x25, 0x00, 0x00, 0x00,
    ]

    private static func json(_ body: [UInt8], status: String = "200 OK", type: String? = "application/json") -> [UInt8]
    {
        let type = type.map { "Content-Type: \($0)\r\n" } ?? ""
        return Array("HTTP/1.1 \(status)\r\n\(type)Content-Length: \(body.count)\r\n\r\n".utf8) + body
    }

    private static func redirect(_ status: Int) -> [UInt8] {
        Array("HTTP/1.1 \(status) Found\r\nLocation: /introspect-again\r\nContent-Length: 0\r\n\r\n".utf8)
    }

    private static func slowly(closing: Bool) -> [[UInt8]] {
        let head = Array("HTTP/1.1 200 OK\r\n\(typeLine)Transfer-Encoding: chunked\r\n\r\n".utf8)
        let chunks = good.utf8.map { Array("1\r\n".utf8) + [$0] + Array("\r\n".utf8) }
        return [head] + chunks + (closing ? [Array("0\r\n\r\n".utf8)] : [])
    }
}
