/// The `version` of `catalog.yaml` and `routes.yaml`.
enum DocumentVersion {
    static let current = 1

    static func check(_ node: YAMLNode?, _ values: ValueReader) {
        guard let node, let version = values.integer(node, "version", in: 0...Int.max), version != current else {
            return
        }
        values.log.error("version \(version) is not known", at: node.position, help: "this is version \(current)")
    }
}
