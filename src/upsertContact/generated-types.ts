// Generated file. DO NOT MODIFY IT BY HAND.

export interface Payload {
  /**
   * Event timestamp in ISO 8601 format.
   */
  timestamp?: string
  /**
   * Message ID.
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
   * The largest number of events that are sent to Ortto in one batch.
   */
  batch_size?: number
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
     * The post code
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
   * Whether an event adds the Contact to the Audience, or removes it. "Follow Segment" goes by what an event of an Engage audience or journey says: it adds the Contact when the person entered, removes it when the person left, and an event that says neither changes nothing. It goes by every Engage audience whose events this mapping takes, so let the trigger take those of one only.
   */
  audience_update_mode?: string
}

export interface OnMappingSaveInputs {
  /**
   * The name of the Ortto Audience to link the Contact to.
   */
  audience_name?: string
}

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
