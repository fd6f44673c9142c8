// Generated file. DO NOT MODIFY IT BY HAND.

export interface Payload {
  /**
   * Event timestamp (ISO 8601)
   */
  timestamp?: string
  /**
   * Message ID
   */
  message_id?: string
  /**
   * The unique user identifier
   */
  user_id?: string
  /**
   * Anonymous user identifier
   */
  anonymous_id?: string
  /**
   * When enabled, events will be sent to Ortto in batches for improved efficiency.
   */
  enable_batching?: boolean
  /**
   * The Contact's IP address
   */
  ip?: string
  /**
   * The Contact's location. Takes priority over the IP address.
   */
  location?: {
    /**
     * The name of the country
     */
    country?: string
    /**
     * The name of the state or region
     */
    state?: string
    /**
     * The name of the city
     */
    city?: string
    /**
     * The postcode
     */
    post_code?: string
  }
  /**
   * An object containing key-value pairs representing custom properties assigned to Contact profile
   */
  traits?: {
    [k: string]: unknown
  }
  /**
   * Indicates whether the Contact should be added to or removed from the Audience. "Follow Segment" reads it from the events of an Engage audience or journey: the Contact is added when the person entered, removed when the person left, and any other event changes nothing. It follows every Engage audience whose events match this mapping, so let the trigger match the events of one audience only.
   */
  audience_update_mode?: string
  /**
   * Maximum number of events to include in each batch.
   */
  batch_size?: number
}
// Generated file. DO NOT MODIFY IT BY HAND.

export interface OnMappingSaveInputs {
  /**
   * The name of the Ortto Audience to link the Contact to.
   */
  audience_name?: string
}
// Generated file. DO NOT MODIFY IT BY HAND.

export interface OnMappingSaveOutputs {
  /**
   * The ID of the Ortto Audience that Contacts are linked to.
   */
  audience_id?: string
  /**
   * The name of the Ortto Audience that Contacts are linked to.
   */
  audience_name?: string
}
// Generated file. DO NOT MODIFY IT BY HAND.

export interface RetlOnMappingSaveInputs {
  /**
   * The name of the Ortto Audience to link the Contact to.
   */
  audience_name?: string
}
// Generated file. DO NOT MODIFY IT BY HAND.

export interface RetlOnMappingSaveOutputs {
  /**
   * The ID of the Ortto Audience that Contacts are linked to.
   */
  audience_id?: string
  /**
   * The name of the Ortto Audience that Contacts are linked to.
   */
  audience_name?: string
}
