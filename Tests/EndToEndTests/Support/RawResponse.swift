import Foundation
import HTTP1

/// A response as it came.
struct RawResponse {
    var status = 0
    /// The statuses of the 1xx heads before it.
    var interim: [Int] = []
    var fields: [(name: String, value: String)] = []
    /// The head of the response byte for byte.
    var head = ""
    var body: [UInt8] = []
    var trailers: [(name: String, value: String)] = []
    var framing = BodyFraming.none

    var text: String { String(decoding: body, as: UTF8.self) }

    /// The value of the only field of that name; nil if there is none, or more than one.
    func field(_ name: String) -> String? {
        let values = fields.filter { $0.name.lowercased() == name.lowercased() }
        return values.count == 1 ? values[0].value : nil
    }

    /// `error` of the envelope.
    var error: Envelope? { try? JSONDecoder().decode(Refusal.self, from: Data(body)).error }
    /// `error.code` of the envelope.
    var code: String? { error?.code }

    struct Refusal: Decodable {
        var error: Envelope
    }

    struct Envelope: Decodable {
        struct Details: Decodable {
            var requiredScope: String?
            var requiredScopes: [String]?
        }

        var code: String
        var message: String
        var details: Details?
        var requestID: String?

        enum CodingKeys: String, CodingKey {
            case code, message, details
            case requestID = "request_id"
        }
    }
}

extension RawResponse.Envelope.Details {
    enum CodingKeys: String, CodingKey {
        case requiredScope = "required_scope"
        case requiredScopes = "required_scopes"
    }
}
