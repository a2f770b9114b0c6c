/// The journal's catalog and routes, `config/catalog.yaml` and `config/routes.yaml` of the source tree, as part of the
/// program.
public enum EmbeddedConfiguration {
    /// The catalog, as YAML.
    public static var catalog: String { String(decoding: PackageResources.catalog_yaml, as: UTF8.self) }
    /// The routes, as YAML.
    public static var routes: String { String(decoding: PackageResources.routes_yaml, as: UTF8.self) }
}
