import HTTP1

/// An answer of the backend.
public struct ProbeAnswer: Equatable, Sendable {
    /// The status.
    public var status: Int
    /// The fields, their names in lower case.
    public var fields: [ProbeField]
    /// The content, of which no more than ``ProbeConversation/keptBytes`` are kept.
    public var body: [UInt8]
    /// Whether the connection may be used again by what the answer says.
    public var keepsConnection: Bool
    /// How long the backend says that it keeps an idle connection.
    public var keepAliveSeconds: Int?

    /// An answer.
    public init(
        status: Int,
        fields: [ProbeField] = [],
        body: [UInt8] = [],
        keepsConnection: Bool = true,
        keepAliveSeconds: Int? = nil
    ) {
        self.status = status
        self.fields = fields
        self.body = body
        self.keepsConnection = keepsConnection
        self.keepAliveSeconds = keepAliveSeconds
    }

    init(_ head: ResponseHead, _ bytes: Span<UInt8>) {
        func text(_ range: ByteRange) -> String {
            String(decoding: range.range.map { bytes[$0] }, as: UTF8.self)
        }
        self.init(
            status: head.status,
            fields: head.fields.map { ProbeField(text($0.nameRange).lowercased(), text($0.valueRange)) },
            keepsConnection: head.keepAlive,
            keepAliveSeconds: head.keepAliveSeconds
        )
    }

    /// The value of the first field of a name, in lower case.
    func value(_ name: String) -> String? { fields.first { $0.name == name }?.value }

    /// Whether it is a success.
    var isSuccess: Bool { (200..<300).contains(status) }

    /// Whether it sends the client elsewhere.
    var isRedirect: Bool { [301, 302, 303, 307, 308].contains(status) }
}

/// What was seen on one connection.
public struct ProbeObservation: Equatable, Sendable {
    /// How it ended.
    public enum End: Equatable, Sendable {
        /// The probe had what it wanted.
        case done
        /// The backend closed it.
        case closed
        /// The backend took too long.
        case late
        /// What came can't be read as HTTP/1.1.
        case malformed(String)
        /// No connection could be made, or it broke.
        case failed(String)
    }

    /// The final answers, in the order in which they came.
    public var answers: [ProbeAnswer]
    /// How it ended.
    public var end: End
    /// Whether the answer came before the body was sent.
    public var cameEarly: Bool
    /// How long the connection lived after the answer, in milliseconds; `nil` if that wasn't seen.
    public var idleMilliseconds: Int?

    /// What was seen.
    public init(
        _ answers: [ProbeAnswer] = [],
        end: End = .done,
        cameEarly: Bool = false,
        idleMilliseconds: Int? = nil
    ) {
        self.answers = answers
        self.end = end
        self.cameEarly = cameEarly
        self.idleMilliseconds = idleMilliseconds
    }

    /// Why there is no answer, in words; `nil` if there is one.
    public var problem: String? {
        guard answers.isEmpty else { return nil }
        return switch end {
        case .done: "no answer"
        case .closed: "the connection was closed without an answer"
        case .late: "no answer in time"
        case .malformed(let text): "the answer is no HTTP/1.1: \(text)"
        case .failed(let text): text
        }
    }
}
