import RouteMap

/// A document with the files that it refers to, as far as they matter to routes.
///
/// A file is read again when it turns out that a reference leads to a part of it that wasn't kept; so that of a large
/// file only its bytes and what is needed are in memory.
final class DocumentSet {
    /// One of the files.
    struct Document {
        /// Its name, from the folder of the document.
        let name: String
        fileprivate(set) var root = YAMLNode(
            content: .mapping([]),
            position: SourcePosition(line: 1, column: 1)
        )
        /// Why it can't be read.
        fileprivate(set) var problem: ReferenceProblem?
        fileprivate var bytes: [UInt8]
        fileprivate let wanted = WantedPlaces()
        fileprivate var wantedAnchors: Set<String> = []
        fileprivate var needsReading = true
    }

    private static let maximumFiles = 8192
    private static let maximumLength = 64 << 20
    /// How often a file is read again. Each time brings references one step further.
    private static let maximumRounds = 32

    private(set) var documents: [Document]
    private let folder: any DocumentFolder
    private var numbers: [String: Int]
    private var length: Int
    /// Where the references of each file lead: the number of a file, or why it leads nowhere.
    private var targets: [Key: Result<Target, ReferenceProblem>] = [:]
    /// The members of large mappings by name.
    private var indices: [Place: [String: Int]] = [:]

    private struct Key: Hashable {
        let document: Int
        let text: String
    }

    private struct Target {
        let document: Int
        let tokens: [String]
    }

    private struct Place: Hashable {
        let document: Int
        let tokens: ArraySlice<String>
    }

    /// Reads a document and all that it refers to.
    ///
    /// - Throws: ``OutlineProblem`` when the document itself can't be read. What is wrong with other files is said
    ///   where it matters.
    init(_ bytes: [UInt8], name: String, folder: any DocumentFolder) throws(OutlineProblem) {
        documents = [Document(name: name, bytes: bytes)]
        numbers = [name: 0]
        length = bytes.count
        self.folder = folder
        var rounds = 0
        while let number = documents.firstIndex(where: \.needsReading), rounds < Self.maximumRounds * documents.count {
            rounds += 1
            documents[number].needsReading = false
            do {
                try read(number)
            } catch {
                guard number > 0 else { throw error }
                documents[number].problem = ReferenceProblem(
                    "leads to \(documents[number].name), which can't be read: \(error.position): \(error.message)"
                )
            }
        }
        guard !documents.contains(where: \.needsReading) else {
            throw OutlineProblem(
                message: "references and aliases lead on from one to the next too often",
                position: SourcePosition(line: 1, column: 1),
                help: "write the values out where they are needed"
            )
        }
        for number in documents.indices { documents[number].bytes = [] }
    }

    private func read(_ number: Int) throws(OutlineProblem) {
        let (bytes, name, wanted) = (documents[number].bytes, documents[number].name, documents[number].wanted)
        let anchors = documents[number].wantedAnchors
        let references: [String]
        let missing: Set<String>
        if Self.isJSON(bytes, name) {
            var builder = OutlineBuilder(JSONSource(bytes))
            documents[number].root = try builder.document(wanted)
            (references, missing) = (builder.references, [])
        } else {
            let log = DiagnosticLog(file: name)
            guard let bytes = YAMLReader.text(bytes, log) else {
                let first = log.diagnostics.first
                throw OutlineProblem(
                    message: first?.message ?? "",
                    position: SourcePosition(line: first?.line ?? 1, column: first?.column ?? 1),
                    help: first?.suggestion
                )
            }
            (documents[number].root, references, missing) = try YAMLParser.read(bytes) {
                (parser) throws(OutlineProblem) in
                var builder = OutlineBuilder(YAMLSource(parser), wantedAnchors: anchors)
                let root = try builder.document(wanted)
                return (root, builder.references, builder.missingAnchors)
            }
        }
        if !missing.isSubset(of: anchors) {
            documents[number].wantedAnchors.formUnion(missing)
            documents[number].needsReading = true
        }
        for text in Set(references) { follow(text, from: number) }
    }

    /// Notes where a reference leads, so that it is kept.
    private func follow(_ text: String, from number: Int) {
        guard case .success(let target) = target(of: text, from: number) else { return }
        var filter = documents[target.document].wanted.filter(.root)
        for token in target.tokens { filter = filter.member(token) }
        guard !filter.holdsObjects, documents[target.document].wanted.insert(target.tokens) else { return }
        documents[target.document].needsReading = true
    }

    private func target(of text: String, from number: Int) -> Result<Target, ReferenceProblem> {
        let key = Key(document: number, text: text)
        if let known = targets[key] { return known }
        let result: Result<Target, ReferenceProblem>
        do {
            let reference = try Reference(parsing: text)
            let document = reference.file.isEmpty ? number : try open(reference.file, from: number)
            result = .success(Target(document: document, tokens: reference.tokens))
        } catch {
            result = .failure(error)
        }
        targets[key] = result
        return result
    }

    /// The number of a file, which is read if it is new.
    private func open(_ path: String, from number: Int) throws(ReferenceProblem) -> Int {
        let name = try folder.name(of: path, from: documents[number].name)
        if let known = numbers[name] { return known }
        guard documents.count < Self.maximumFiles else {
            throw ReferenceProblem("leads to one file more than the \(Self.maximumFiles) that are read")
        }
        let bytes = try folder.read(name, limit: Self.maximumLength - length)
        length += bytes.count
        numbers[name] = documents.count
        documents.append(Document(name: name, bytes: bytes))
        return documents.count - 1
    }

    private static func isJSON(_ bytes: [UInt8], _ name: String) -> Bool {
        if name.hasSuffix(".json") { return true }
        if name.hasSuffix(".yaml") || name.hasSuffix(".yml") { return false }
        return bytes.first { $0 != 0x20 && $0 != 0x09 && $0 != 0x0A && $0 != 0x0D } == UInt8(ascii: "{")
    }

    /// The root of a file.
    func root(_ document: Int = 0) -> DocumentValue {
        DocumentValue(node: documents[document].root, path: [], document: document)
    }

    /// The value that a reference of a file leads to.
    func value(of text: String, from number: Int) throws(ReferenceProblem) -> DocumentValue {
        let target = try target(of: text, from: number).get()
        if let problem = documents[target.document].problem { throw problem }
        var value = root(target.document)
        for (depth, token) in target.tokens.enumerated() {
            guard let next = member(token, of: value, target.tokens[..<depth]) else {
                throw ReferenceProblem("leads to a place where there is nothing")
            }
            value = next
        }
        return value
    }

    private func member(_ token: String, of value: DocumentValue, _ tokens: ArraySlice<String>) -> DocumentValue? {
        switch value.node.content {
        case .scalar: return nil
        case .sequence(let items):
            guard let index = Int(token), String(index) == token, items.indices.contains(index) else { return nil }
            return DocumentValue(node: items[index], path: value.path + [token], document: value.document)
        case .mapping(let pairs):
            guard pairs.count > 32 else { return value[token] }
            let place = Place(document: value.document, tokens: tokens)
            if indices[place] == nil {
                let named = pairs.enumerated().compactMap { index, pair in pair.key.text.map { ($0, index) } }
                indices[place] = Dictionary(named) { first, _ in first }
            }
            guard let index = indices[place]?[token] else { return nil }
            return DocumentValue(node: pairs[index].value, path: value.path + [token], document: value.document)
        }
    }

    /// How many references lead on from one to the next at most.
    private static let maximumSteps = 16

    /// A value with all that it refers to: its own members, those of what it refers to, and so on. Members beside a
    /// `$ref` count as much as those behind it.
    func layers(of value: DocumentValue) throws(ReferenceProblem) -> [DocumentValue] {
        var layers = [value]
        while let last = layers.last, let reference = last.member("$ref") {
            guard let text = reference.text else { throw ReferenceProblem("$ref is no text") }
            guard layers.count <= Self.maximumSteps else {
                throw ReferenceProblem(
                    "$ref \(text) goes round in a circle, or on for more than \(Self.maximumSteps) steps"
                )
            }
            do {
                layers.append(try self.value(of: text, from: last.document))
            } catch {
                throw ReferenceProblem("$ref \(text) \(error)")
            }
        }
        return layers
    }
}
