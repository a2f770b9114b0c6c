# A Rails application with the routes of a resource, and all else by default.
require "action_controller/railtie"

class Items < Rails::Application
  config.eager_load = false
  config.secret_key_base = "0" * 64
  config.logger = Logger.new($stderr, level: Logger::WARN)
  config.consider_all_requests_local = false
  routes.append do
    scope "/api/v1" do
      get "items", to: "items#index"
      post "items", to: "items#create"
      delete "items", to: "items#clear"
      get "items/export", to: "items#export"
    end
  end
end

class ItemsController < ActionController::API
  def index = render(json: { items: [] })
  def create = render(json: { made: true }, status: :created)
  def clear = render(json: { cleared: true })
  def export = render(json: { export: true })
end

Items.initialize!
run Items
