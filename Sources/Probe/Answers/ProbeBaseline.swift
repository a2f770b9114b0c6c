/// The answers that all others are compared with: of a resource that is there, and of one that certainly isn't.
public struct ProbeBaseline: Sendable {
    /// What an answer is like.
    public enum Likeness: Equatable, Sendable {
        /// The answer of the resource.
        case resource
        /// Another one.
        case other
        /// It can't be told, and why.
        case unclear(String)
    }

    /// The resource.
    public let path: ProbePath
    /// What marks everything that the probe makes up.
    public let nonce: String
    let resource: ProbeAnswer
    let missing: ProbeAnswer
    /// The answer to OPTIONS of the resource, if there is one.
    let options: ProbeAnswer?
    /// The answer without the operator's own fields.
    let anonymous: ProbeAnswer
    /// Of the path for writes: GET, OPTIONS and POST.
    let writes: Writes?
    private let resourceIsSteady: Bool
    private let anonymousIsSteady: Bool
    private let missingIsSteady: Bool

    struct Writes: Sendable {
        var get: ProbeAnswer
        var options: ProbeAnswer
        var post: ProbeAnswer
    }

    /// Why there is no baseline.
    public struct Unusable: Error, Equatable, Sendable {
        /// What was seen instead.
        public let description: String
    }

    /// The requests of the baseline.
    public static func steps(_ settings: ProbeSettings) -> [ProbeStep] {
        let (path, nonce) = (settings.path, settings.nonce)
        var requests = [
            ProbeRequest(path.target), ProbeRequest(path.sibling("\(nonce)-a").target),
            ProbeRequest(path.target), ProbeRequest(path.sibling("\(nonce)-b").target),
            ProbeRequest("OPTIONS", path.target),
            ProbeRequest(path.target, isAnonymous: true), ProbeRequest(path.target, isAnonymous: true),
        ]
        if let target = settings.writePath?.target {
            requests += [ProbeRequest(target), ProbeRequest("OPTIONS", target), settings.write(target)]
        }
        return requests.map { ProbeStep($0) }
    }

    /// The baseline by what was seen on ``steps(_:)``.
    public init(_ seen: [ProbeObservation], _ settings: ProbeSettings) throws(Unusable) {
        func answer(_ index: Int) throws(Unusable) -> ProbeAnswer {
            guard index < seen.count, let answer = seen[index].answers.first else {
                throw Unusable(description: index < seen.count ? seen[index].problem ?? "no answer" : "no answer")
            }
            return answer
        }
        path = settings.path
        nonce = settings.nonce
        resource = try answer(0)
        missing = try answer(1)
        let again = (resource: try answer(2), missing: try answer(3))
        options = try? answer(4)
        anonymous = try answer(5)
        let anonymousAgain = try answer(6)
        writes =
            settings.writePath == nil
            ? nil : Writes(get: try answer(7), options: try answer(8), post: try answer(9))
        let target = settings.path.target
        func isSteady(_ one: ProbeAnswer, _ other: ProbeAnswer, _ targets: (String, String)) -> Bool {
            guard one.status == other.status else { return false }
            let first = Self.content(one, targets.0, nonce: settings.nonce)
            return first == Self.content(other, targets.1, nonce: settings.nonce)
        }
        resourceIsSteady = isSteady(resource, again.resource, (target, target))
        anonymousIsSteady = isSteady(anonymous, anonymousAgain, (target, target))
        let missingTargets = (
            settings.path.sibling("\(nonce)-a").target, settings.path.sibling("\(nonce)-b").target
        )
        missingIsSteady = isSteady(missing, again.missing, missingTargets)
    }

    /// Why the resource can't be told from a missing one; `nil` when it can.
    public var problem: String? {
        guard resource.status == missing.status else { return nil }
        let (one, other) = (content(resource, path.target), content(missing, missingTarget))
        if resourceIsSteady, one != other { return nil }
        return "\(path.target) and a path that isn't there both get \(resource.status), and nothing tells them apart"
    }

    /// What an answer to a request for the resource in another way is like.
    ///
    /// - Parameter control: The request for a missing resource in the same way, and what came: a backend that serves
    ///   something to whatever it doesn't know serves the same to both.
    func likeness(
        _ seen: ProbeObservation,
        of request: ProbeRequest,
        control: (seen: ProbeObservation, request: ProbeRequest)? = nil
    ) -> Likeness {
        if let problem { return .unclear(problem) }
        guard let answer = seen.answers.first else {
            // Who closes, or answers with something that is none, serves nothing.
            switch seen.end {
            case .closed, .malformed: return .other
            case .done, .late, .failed: return .unclear(seen.problem ?? "no answer")
            }
        }
        let isLike = answer.status == resource.status || (answer.isSuccess && resource.isSuccess)
        guard isLike else {
            return answer.status == 429 || answer.status == 503 ? .unclear("status \(answer.status)") : .other
        }
        let content = content(answer, request.target)
        if resourceIsSteady, answer.status == resource.status, content == self.content(resource, path.target) {
            return .resource
        }
        if resource.status == missing.status, missingIsSteady, content == self.content(missing, missingTarget) {
            return .other
        }
        guard let control else {
            return resourceIsSteady || resource.status == missing.status ? .other : .resource
        }
        guard let other = control.seen.answers.first else {
            return .unclear("it gets \(answer.status), and a missing one \(control.seen.problem ?? "no answer")")
        }
        if other.status != answer.status { return .resource }
        if content == self.content(other, control.request.target) { return .other }
        return .unclear("it gets \(answer.status) with other content, and so does a missing one")
    }

    /// Whether an answer of the resource differs from the usual one; `nil` when that can't be told.
    func differs(_ answer: ProbeAnswer, isAnonymous: Bool = false) -> Bool? {
        let usual = isAnonymous ? anonymous : resource
        if answer.status != usual.status { return true }
        if (answer.value("content-encoding") ?? "") != (usual.value("content-encoding") ?? "") { return true }
        guard isAnonymous ? anonymousIsSteady : resourceIsSteady else { return nil }
        return content(answer, path.target) != content(usual, path.target)
    }

    /// Whether two answers are alike, as far as that can be told.
    func areAlike(_ one: ProbeAnswer, _ other: ProbeAnswer, _ target: String) -> Bool {
        one.status == other.status && one.value("content-encoding") == other.value("content-encoding")
            && (!resourceIsSteady || content(one, target) == content(other, target))
    }

    /// Whether the content of an answer has a text that the probe made up.
    static func echoes(_ answer: ProbeAnswer, _ text: String) -> Bool {
        let wanted = Array(text.utf8)
        return answer.body.firstRange(of: wanted) != nil
            || answer.fields.contains { Array($0.value.utf8).firstRange(of: wanted) != nil }
    }

    private var missingTarget: String { path.sibling("\(nonce)-a").target }

    private func content(_ answer: ProbeAnswer, _ target: String) -> [UInt8] {
        Self.content(answer, target, nonce: nonce)
    }

    /// The content, with the target and what the probe made up replaced: many answers repeat what was asked for.
    private static func content(_ answer: ProbeAnswer, _ target: String, nonce: String) -> [UInt8] {
        let path = String(target.prefix { $0 != "?" })
        var body = answer.body
        for text in [target, path] where text.utf8.count > 1 { body = replaced(body, text) }
        for text in ["\(nonce)-a", "\(nonce)-b", nonce] { body = replaced(body, text) }
        return body
    }

    private static func replaced(_ bytes: [UInt8], _ text: String) -> [UInt8] {
        let wanted = Array(text.utf8)
        var rest = bytes[...]
        var result: [UInt8] = []
        while let range = rest.firstRange(of: wanted) {
            result += rest[..<range.lowerBound] + [UInt8(ascii: "*")]
            rest = rest[range.upperBound...]
        }
        return result + rest
    }
}
