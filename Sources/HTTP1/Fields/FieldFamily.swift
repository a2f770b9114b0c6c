/// The families of field names that backends, frameworks and other proxies believe, by how their names begin.
///
/// A family and not a list of names: which of `X-Forwarded-Proto`, `X-Forwarded-Scheme` or `X-Forwarded-Ssl` a backend
/// reads, its gateway can't know.
public enum FieldFamily: Sendable {
    /// No family: nobody is known to believe it.
    case none
    /// It says where a request came from, over what, or who made it: for a proxy in front to say, and for nobody else.
    case origin
    /// It would have the backend see another method, path or file than was checked, whoever says it.
    case steering

    /// The family of a name. Every byte but letters and digits counts as `-`, as all of them become `_` in the
    /// variables of CGI (RFC 3875 §4.1.18).
    @inline(__always)
    public static func of(_ name: Span<UInt8>) -> FieldFamily {
        guard name.count >= 4 else { return .none }
        let first = name[0] | 0x20
        if first == UInt8(ascii: "x"), !isAlphanumeric(name[1]) {
            return mayGoOn(first: name[2] | 0x20, name[3] | 0x20, behindX: true) ? find(name, from: 2) : .none
        }
        return mayGoOn(first: first, name[1] | 0x20, behindX: false) ? find(name, from: 0) : .none
    }

    /// Whether a name that begins with two letters, or with two behind `x-`, may be of a family at all: most aren't,
    /// and then nothing is compared. The tests hold it against the lists.
    @inline(__always)
    private static func mayGoOn(first: UInt8, _ second: UInt8, behindX: Bool) -> Bool {
        let seconds: StaticString =
            switch (first, behindX) {
            case (UInt8(ascii: "a"), false): "uk"
            case (UInt8(ascii: "c"), false): "fl"
            case (UInt8(ascii: "d"), false): "o"
            case (UInt8(ascii: "f"), false): "oalr"
            case (UInt8(ascii: "h"), _): "to"
            case (UInt8(ascii: "m"), false): "s"
            case (UInt8(ascii: "p"), _): "rao"
            case (UInt8(ascii: "r"), _): "e"
            case (UInt8(ascii: "s"), _): "scue"
            case (UInt8(ascii: "t"), _): "rl"
            case (UInt8(ascii: "w"), _): "le"
            case (UInt8(ascii: "a"), true): "umzprnc"
            case (UInt8(ascii: "c"), true): "lore"
            case (UInt8(ascii: "e"), true): "nx"
            case (UInt8(ascii: "f"), true): "o"
            case (UInt8(ascii: "g"), true): "o"
            case (UInt8(ascii: "i"), true): "dn"
            case (UInt8(ascii: "m"), true): "eais"
            case (UInt8(ascii: "o"), true): "rv"
            case (UInt8(ascii: "u"), true): "sr"
            default: ""
            }
        for index in 0..<seconds.utf8CodeUnitCount where seconds.utf8Start[index] == second { return true }
        return false
    }

    /// All families, for the documentation and its test: how a name begins, with `*` behind what may go on.
    public static var all: [(name: String, family: FieldFamily)] {
        let letters = UInt8(ascii: "a")...UInt8(ascii: "z")
        return letters.flatMap { letter in
            others(letter).map { ("\($0.0)", $0.1) } + behindX(letter).map { ("x-\($0.0)", $0.1) }
        }
    }

    private typealias Entry = (StaticString, FieldFamily)

    // Cloudflare, Fastly, Akamai, Fly.io and DigitalOcean; Apache, nginx and Authelia, which tell of the user and of
    // TLS; WebLogic and IIS; Client-Cert of RFC 9440. From those of steering WSGI and CGI servers take the
    // application's place in the path.
    private static let plainA: [Entry] = [("auth-user*", .origin), ("auth-type", .origin), ("akamai-*", .origin)]
    private static let plainC: [Entry] = [("cf-*", .origin), ("client-ip", .origin), ("client-cert*", .origin)]
    private static let plainD: [Entry] = [("do-connecting-*", .origin)]
    private static let plainF: [Entry] = [
        ("forwarded*", .origin), ("fastly-*", .origin), ("fly-*", .origin), ("front-end-https", .origin),
    ]
    private static let plainH: [Entry] = [("https", .origin)]
    private static let plainM: [Entry] = [("ms-aspnetcore-*", .origin)]
    private static let plainP: [Entry] = [
        ("proxy-client-*", .origin), ("path-info", .steering), ("path-translated", .steering),
    ]
    private static let plainR: [Entry] = [("remote-*", .origin), ("request-uri", .steering)]
    private static let plainS: [Entry] = [("ssl-*", .origin), ("script-name", .steering)]
    private static let plainT: [Entry] = [("true-client-*", .origin)]
    private static let plainW: [Entry] = [("wl-proxy-*", .origin)]

    private static func others(_ letter: UInt8) -> [Entry] {
        switch letter {
        case UInt8(ascii: "a"): plainA
        case UInt8(ascii: "c"): plainC
        case UInt8(ascii: "d"): plainD
        case UInt8(ascii: "f"): plainF
        case UInt8(ascii: "h"): plainH
        case UInt8(ascii: "m"): plainM
        case UInt8(ascii: "p"): plainP
        case UInt8(ascii: "r"): plainR
        case UInt8(ascii: "s"): plainS
        case UInt8(ascii: "t"): plainT
        case UInt8(ascii: "w"): plainW
        default: []
        }
    }

    // Kong, Google, Amazon, Azure, Envoy, Grafana and oauth2-proxy beside what everybody has.
    private static let a: [Entry] = [
        ("auth-*", .origin), ("authenticated-*", .origin), ("amzn-oidc-*", .origin), ("azure-*", .origin),
        ("appengine-*", .origin), ("arr-*", .origin), ("anonymous-consumer", .origin), ("accel-*", .steering),
    ]
    private static let c: [Entry] = [
        ("client-*", .origin), ("cluster-client-*", .origin), ("consumer-*", .origin), ("credential-*", .origin),
        ("cert-*", .origin),
    ]
    private static let e: [Entry] = [("envoy-original-*", .steering), ("envoy-*", .origin), ("external-*", .origin)]
    private static let f: [Entry] = [("forwarded*", .origin)]
    private static let g: [Entry] = [("goog-authenticated-*", .origin), ("goog-iap-*", .origin)]
    private static let h: [Entry] = [("http-method*", .steering), ("host", .origin), ("https", .origin)]
    private static let i: [Entry] = [("identity*", .origin), ("invoke-*", .steering)]
    private static let m: [Entry] = [
        ("method*", .steering), ("matched-path", .steering), ("middleware-*", .steering), ("ms-client-*", .origin),
    ]
    private static let o: [Entry] = [("original-*", .steering), ("override-*", .steering), ("originating-*", .origin)]
    private static let p: [Entry] = [
        ("proto", .origin), ("protocol*", .origin), ("port", .origin), ("proxyuser-*", .origin),
        ("principal*", .origin), ("path-*", .steering),
    ]
    private static let r: [Entry] = [("real-*", .origin), ("remote-*", .origin), ("rewrite-*", .steering)]
    private static let s: [Entry] = [
        ("ssl-*", .origin), ("scheme", .origin), ("subject*", .origin), ("script-name", .steering),
        ("sendfile-*", .steering),
    ]
    private static let t: [Entry] = [("true-client-*", .origin), ("tls-*", .origin)]
    // gRPC-Web clients name their software in X-User-Agent.
    private static let u: [Entry] = [("user-agent", .none), ("user*", .origin), ("url-*", .origin)]
    private static let w: [Entry] = [("webauth-*", .origin)]

    private static func behindX(_ letter: UInt8) -> [Entry] {
        switch letter {
        case UInt8(ascii: "a"): a
        case UInt8(ascii: "c"): c
        case UInt8(ascii: "e"): e
        case UInt8(ascii: "f"): f
        case UInt8(ascii: "g"): g
        case UInt8(ascii: "h"): h
        case UInt8(ascii: "i"): i
        case UInt8(ascii: "m"): m
        case UInt8(ascii: "o"): o
        case UInt8(ascii: "p"): p
        case UInt8(ascii: "r"): r
        case UInt8(ascii: "s"): s
        case UInt8(ascii: "t"): t
        case UInt8(ascii: "u"): u
        case UInt8(ascii: "w"): w
        default: []
        }
    }

    @inline(never)
    private static func find(_ name: Span<UInt8>, from start: Int) -> FieldFamily {
        let letter = name[start] | 0x20
        for (pattern, family) in start == 0 ? others(letter) : behindX(letter) where matches(name, start, pattern) {
            return family
        }
        return .none
    }

    /// Whether what is behind `start` is a pattern: this text, or this text and more if the pattern ends in `*`.
    private static func matches(_ name: Span<UInt8>, _ start: Int, _ pattern: StaticString) -> Bool {
        pattern.withUTF8Buffer { pattern in
            let isOpen = pattern[pattern.count - 1] == ASCII.asterisk
            let count = isOpen ? pattern.count - 1 : pattern.count
            let length = name.count - start
            guard isOpen ? length >= count : length == count else { return false }
            for index in 0..<count where folded(name[start + index]) != pattern[index] { return false }
            return true
        }
    }

    @inline(__always)
    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        ASCII.isDigit(byte) || (byte | 0x20) &- 0x61 < 26
    }

    /// A letter in lower case, a digit, or `-` for every other byte.
    @inline(__always)
    private static func folded(_ byte: UInt8) -> UInt8 {
        if ASCII.isDigit(byte) { return byte }
        let letter = byte | 0x20
        return letter &- 0x61 < 26 ? letter : 0x2D
    }

    /// A name as all its spellings are once they are variables of CGI: in lower case, with `-` for what is neither
    /// letter nor digit.
    public static func foldedName(_ name: Span<UInt8>) -> [UInt8] {
        (0..<name.count).map { folded(name[$0]) }
    }
}
